"""Deribit: daily bars, hourly funding, open interest and forced trades of perpetuals."""
