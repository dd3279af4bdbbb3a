"""Coinalyze: daily open interest, liquidations, funding and klines of single contracts of several exchanges."""
