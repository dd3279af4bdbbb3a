"""Measurements, each beside something run in the same round: `make bench` runs all and writes docs/benchmarks.md."""
