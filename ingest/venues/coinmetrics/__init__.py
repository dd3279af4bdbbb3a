"""Coin Metrics: daily exchange flows, exchange supply, active addresses and price."""
