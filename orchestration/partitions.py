"""The daily UTC partitions of the raw feeds."""

from __future__ import annotations

from datetime import date

import dagster as dg

FIRST_DAY = date(2020, 1, 1)  # Binance's futures archives begin in this month
DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone="UTC")
