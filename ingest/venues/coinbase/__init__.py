"""Coinbase Exchange: daily spot bars in US dollars."""
