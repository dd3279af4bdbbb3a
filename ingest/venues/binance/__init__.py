"""Binance: klines, funding, open interest and liquidations of spot and perpetuals, from archives and by REST."""
