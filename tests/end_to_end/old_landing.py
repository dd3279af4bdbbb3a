"""The landing of a warehouse that release 0.2.0 made on the simulated market, kept as text, laid out as it was.

Sixty-nine days of Bitcoin and Ether until 2026-01-27; feeds that are long or hourly are left out, as a warehouse may
lack them. `segments.json` names each segment with the parts that it answers for, a file per feed has the rows.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).with_name("old_landing")
LAST_DAY = "2026-01-27"
PUBLISHED_AT = "2026-01-28 06:00:00"
# Types that text does not show; every other column is text or a number as it looks.
TYPES: dict[str, pl.DataType] = {
    "open_at": pl.Datetime("us"),
    "settled_at": pl.Datetime("us"),
    "available_at": pl.Datetime("us"),
    "computed_at": pl.Datetime("us"),
    "ingested_at": pl.Datetime("us"),
    "day": pl.Date(),
    "trade_count": pl.Int64(),
    "buy_trade_count": pl.Int64(),
    "revision": pl.Int64(),
    "changed": pl.Boolean(),
    "is_final": pl.Boolean(),
    "is_backfill": pl.Boolean(),
    "segment": pl.Int64(),
}
TEXTS = {
    "symbol", "asset", "asset_code", "channel", "event", "regime", "family", "phase", "previous_regime", "flags",
    "grade", "runner_up", "explanation", "support_status", "scenario", "resolution", "data_status", "missing_inputs",
    "rules_version", "parameter_hash", "restatement_reason", "kinds",
}  # fmt: skip


def rows_of(feed: str) -> pl.DataFrame:
    """The rows of a feed with the number of their segment, in the types that they landed with."""
    text = pl.read_csv(FOLDER / f"{feed}.csv", infer_schema=False)
    return text.with_columns(_typed(name) for name in text.columns)


def _typed(name: str) -> pl.Expr:
    column, dtype = pl.col(name), TYPES.get(name, pl.String() if name in TEXTS else pl.Float64())
    if isinstance(dtype, pl.Datetime):
        return column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
    if isinstance(dtype, pl.Date):
        return column.str.to_date()
    return column.replace_strict({"true": True, "false": False}) if dtype == pl.Boolean else column.cast(dtype)


def lay_out(warehouse: Path) -> dict[Path, bytes]:
    """Write the segments below `warehouse`; returns each file with its content."""
    (warehouse / "warehouse.json").parent.mkdir(parents=True, exist_ok=True)
    (warehouse / "warehouse.json").write_text(
        json.dumps({"market": "sample", "first_day": "2025-11-20", "last_day": LAST_DAY})
    )
    segments = json.loads((FOLDER / "segments.json").read_text())
    written: dict[Path, bytes] = {}
    for number, segment in enumerate(segments):
        path = warehouse / "landing" / segment["feed"] / segment["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = rows_of(segment["feed"]).filter(pl.col("segment") == number).drop("segment")
        metadata = {"feed": segment["feed"], "parts": json.dumps(segment["parts"], separators=(",", ":"))}
        rows.write_parquet(path, compression="zstd", metadata=metadata)
        written[path] = path.read_bytes()
    return written
