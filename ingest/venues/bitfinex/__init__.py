"""Bitfinex: hourly status (open interest, funding) and single liquidations of perpetuals."""
