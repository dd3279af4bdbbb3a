"""Bybit: klines, funding, its prediction, open interest and recorded liquidations of linear and inverse perpetuals."""
