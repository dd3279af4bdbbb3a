"""Kraken Futures: daily bars, hourly funding, open interest and liquidated volume of linear perpetuals."""
