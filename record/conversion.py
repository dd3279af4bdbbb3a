"""From a write-ahead file to landing segments: messages to events, entries to the ledger, the rest to quarantine.

The same file gives the same segments, whenever it is converted: a recorder that dies between landing and removing a
file converts it once more, and landing keeps identical content once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from ingest import tape
from ingest.coverage import Part
from ingest.feed import Feed
from ingest.landing import Landing
from ingest.schema import QUARANTINE_COLUMNS, conform, since_1970
from ingest.stream import Liquidation, Malformed, Stream
from ingest.windows import Window
from record.ledger import RECORDER, Entry, frame_of
from record.wal import EPOCH, Message, Reading, recorder_of

LATE_SECONDS = 60
COLUMNS = (
    "symbol", "venue_ms", "position_side", "contracts", "price", "ordinal", "received_at", "stream", "price_kind",
    "message",
)  # fmt: skip


@dataclass
class Converted:
    """What a file held."""

    events: int = 0
    quarantined: int = 0
    segments: list[str] = field(default_factory=list)


def convert(path: Path, streams: Sequence[Stream], landing: Landing, now: datetime) -> Converted:
    """Land what a sealed write-ahead file holds. The file stays; removing it is the caller's, once this has returned.

    Raises OSError when the disk does not take a segment: to be tried again.
    """
    by_name = {stream.name: stream for stream in streams}
    reading = Reading(path)
    entries: list[Entry] = []
    gathered: dict[str, _Gathered] = {}
    for line in reading:
        if isinstance(line, Entry):
            entries.append(line)
        elif stream := by_name.get(line.stream):
            gathered.setdefault(stream.name, _Gathered(stream)).add(line)
        else:  # a catalogue that no longer lists anything of a venue
            gathered.setdefault(line.stream, _Gathered(None)).add(line)
    result, sha256 = Converted(), _sha256(path)
    for feed in tape.EVENTS:
        mine = [g for g in gathered.values() if g.stream is not None and tape.tape_of(g.stream.venue) == feed.name]
        _land_events(feed, mine, landing, sha256, now, result)
    for one in gathered.values():
        entries += one.incidents()
    if reading.torn:
        entries.append(_torn(reading.torn, path))
    _land_ledger(recorder_of(path), entries, landing, sha256, now, result)
    return result


class _Gathered:
    """The messages of one stream, column by column: a row as an object each would take five times the memory."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream
        self.columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
        self.malformed: list[tuple[str, str, str]] = []
        self._listed = {i.symbol for i in stream.instruments} if stream else set()
        self._seen: dict[tuple[Liquidation, int], None] = {}
        self._counts: Counter[str] = Counter()
        self._last: dict[str, datetime] = {}

    def add(self, message: Message) -> None:
        if self.stream is None:
            self._count("unlisted", message.at)
            return
        heard = self.stream.heard(message.text)
        if heard.kind == "malformed":
            self._refuse(message, heard.detail)
        if heard.kind != "events":
            return
        try:
            events = self.stream.parse(message.text)
        except Malformed as error:
            self._refuse(message, str(error))
            return
        equal: dict[Liquidation, int] = {}
        for event in events:
            ordinal = equal.get(event, 0)
            equal[event] = ordinal + 1
            self._take(event, ordinal, message)

    def _take(self, event: Liquidation, ordinal: int, message: Message) -> None:
        assert self.stream is not None  # noqa: S101 - add has looked
        if event.symbol not in self._listed:
            self._count("unlisted", message.at)
            return
        if (event, ordinal) in self._seen:
            self._count("duplicate", message.at)
            return
        self._seen[event, ordinal] = None
        if event.venue_ms.isdigit() and message.at.timestamp() - int(event.venue_ms) / 1000 > LATE_SECONDS:
            self._count("late", message.at)
        for name, value in zip(
            COLUMNS,
            (*event, ordinal, message.at.replace(tzinfo=None), message.stream, self.stream.price_kind, message.text),
            strict=True,
        ):
            self.columns[name].append(value)

    def incidents(self) -> Iterable[Entry]:
        """One entry for each kind of odd message, at the moment of the last of them."""
        if self.stream is None:
            venue, name = RECORDER, RECORDER
        else:
            venue, name = self.stream.venue, self.stream.name
        for kind, count in sorted(self._counts.items()):
            yield Entry(venue, name, kind, self._last[kind], self._last[kind], count)

    def _refuse(self, message: Message, why: str) -> None:
        self._count("malformed", message.at)
        self.malformed.append((message.stream, f"malformed: {why}", message.text))

    def _count(self, kind: str, at: datetime) -> None:
        self._counts[kind] += 1
        self._last[kind] = at


def _land_events(
    feed: Feed, gathered: Sequence[_Gathered], landing: Landing, sha256: str, now: datetime, result: Converted
) -> None:
    frames = [_frame(g) for g in gathered if g.columns["symbol"]]
    malformed = pl.DataFrame([row for g in gathered for row in g.malformed], schema=QUARANTINE_COLUMNS, orient="row")
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=feed.rows_schema())
    conformed = conform(rows, feed.schema, feed.key, now)
    quarantined = pl.concat([malformed, conformed.quarantined])
    if quarantined.height:
        landing.quarantine(feed, quarantined, [_part(feed.venue, quarantined.height, sha256)], now)
        result.quarantined += quarantined.height
    if conformed.rows.height:
        parts = [
            _part(str(symbol), held.height, sha256, held)
            for (symbol,), held in sorted(conformed.rows.group_by("symbol"), key=lambda pair: str(pair[0]))
        ]
        if segment := landing.write(feed, conformed.rows, parts, now):
            result.segments.append(segment.name)
        result.events += conformed.rows.height


def _frame(gathered: _Gathered) -> pl.DataFrame:
    """Columns of the schema. Coins and USD follow from contracts by what one contract counts; see `contract_size`."""
    assert gathered.stream is not None  # noqa: S101 - only such are gathered for a feed
    types = dict.fromkeys(COLUMNS, pl.String) | {"ordinal": pl.Int64, "received_at": pl.Datetime("us")}
    sizes = pl.DataFrame(
        [(i.symbol, i.margin_type == "inverse", i.contract_size) for i in gathered.stream.instruments],
        schema={"symbol": pl.String, "inverse": pl.Boolean, "contract_size": pl.Float64},
        orient="row",
    )
    contracts, price = (pl.col(name).cast(pl.Float64, strict=False) for name in ("contracts", "price"))
    units = contracts * pl.col("contract_size")  # coins of a linear, USD of an inverse contract
    return (
        pl.DataFrame(gathered.columns, schema=types)  # type: ignore[arg-type]
        .join(sizes, on="symbol", how="left", maintain_order="left")
        .select(
            "symbol",
            since_1970(pl.col("venue_ms").cast(pl.Int64, strict=False), 1000).alias("venue_at"),
            "position_side",
            pl.col("contracts").alias("quantity_contracts"),
            pl.when("inverse").then(units / price).otherwise(units).alias("quantity_coin"),
            pl.when("inverse").then(units).otherwise(units * price).alias("quantity_usd"),
            "price",
            "price_kind",
            "ordinal",
            "received_at",
            "stream",
            "message",
        )
    )


def _land_ledger(
    recorder: str, entries: Sequence[Entry], landing: Landing, sha256: str, now: datetime, result: Converted
) -> None:
    conformed = conform(frame_of(recorder, entries), tape.LEDGER_SCHEMA, tape.LEDGER.key, now)
    if conformed.quarantined.height:
        parts = [_part(recorder, conformed.quarantined.height, sha256)]
        landing.quarantine(tape.LEDGER, conformed.quarantined, parts, now)
        result.quarantined += conformed.quarantined.height
    if conformed.rows.height:
        part = _part(recorder, conformed.rows.height, sha256, conformed.rows, "start_at")
        if segment := landing.write(tape.LEDGER, conformed.rows, [part], now):
            result.segments.append(segment.name)


def _part(series: str, rows: int, sha256: str, held: pl.DataFrame | None = None, observed: str = "venue_at") -> Part:
    """What a file brought of a series. The file's hash makes the part, and so the segment, that file's alone."""
    if held is None:
        return Part(series, "stream", Window(EPOCH, EPOCH), rows, sha256=sha256)
    first, last = held[observed].min(), held[observed].max()
    assert isinstance(first, datetime)  # noqa: S101 - it holds rows, and conform leaves no null
    assert isinstance(last, datetime)  # noqa: S101
    window = Window(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC) + timedelta(microseconds=1))
    return Part(series, "stream", window, rows, sha256=sha256)


def _torn(lines: int, path: Path) -> Entry:
    """A cut end of a file, at the moment of its last change: all that a broken line tells."""
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Entry(RECORDER, RECORDER, "torn", at, at, lines, path.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
