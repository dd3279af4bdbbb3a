"""Bybit: klines, funding, open interest and recorded liquidations of linear and inverse perpetuals."""
