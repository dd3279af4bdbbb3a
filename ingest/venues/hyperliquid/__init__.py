"""Hyperliquid: daily bars, hourly funding and open interest of perpetuals."""
