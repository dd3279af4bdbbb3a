"""Made-up `metrics` archives of five-minute open interest, as Binance publishes them: zip, checksum, and the same text
unzipped. Who reads them stands elsewhere."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio\n"
)


def published(symbol: str, day: date, rows: int) -> str:
    """The text of one symbol and day, header line included."""
    start = datetime.combine(day, datetime.min.time())
    lines = []
    for i in range(1, rows + 1):
        coins = 90_000 + 10 * i + day.toordinal() % 500
        stamp = start + timedelta(minutes=5 * i)
        lines.append(f"{stamp},{symbol},{coins:.16f},{coins * 60_000.5:.16f},1.25,1.5,1.1,0.98\n")
    return HEADER + "".join(lines)


def write_archive(folder: Path, symbol: str, day: date, rows: int) -> Path:
    """The zip of one symbol and day in `folder`, its CHECKSUM beside it and its text in `folder`/csv."""
    text, path = published(symbol, day, rows), folder / f"{symbol}-metrics-{day}.zip"
    (folder / "csv" / f"{path.stem}.csv").write_text(text)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(f"{path.stem}.csv", text)
    path.write_bytes(packed.getvalue())
    path.with_suffix(".zip.CHECKSUM").write_text(f"{hashlib.sha256(packed.getvalue()).hexdigest()}  {path.name}\n")
    return path
