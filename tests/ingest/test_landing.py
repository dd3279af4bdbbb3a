"""Segments: written once and whole, in an order that holds, and read back with what they answer for."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

import ingest.landing
from ingest.coverage import Part
from ingest.errors import IngestError, SegmentDamaged
from ingest.feeds import feed_named
from ingest.landing import INGESTED_AT, QUARANTINE, Landing, Segment
from tests.ingest.scripted_venues import at, days

FEED = feed_named("coinalyze_liquidations")
NOW = at("2026-02-02T04:00")
WINDOW = days("2026-02-01", "2026-02-01")
PART = Part("BTCUSDT_PERP.A", "rest", WINDOW, 1, "https://venue.example/x")


@pytest.fixture
def landing(tmp_path) -> Landing:
    return Landing(tmp_path / "landing")


def rows(long_coin: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame(
        {"symbol": ["BTCUSDT_PERP.A"], "open_at": [datetime(2026, 2, 1)], "long_coin": [long_coin], "short_coin": [2.0]}
    )  # fmt: skip


def files(landing: Landing, folder: str = FEED.name) -> list[str]:
    return sorted(os.listdir(landing.directory / folder))


def test_a_segment_is_named_by_series_window_content_and_moment(landing):
    segment = landing.write(FEED, rows(), [PART], NOW)
    assert segment.feed == FEED.name
    assert segment.ingested_at == NOW
    folder, name = segment.name.split("/")
    series, first, last, content, stamp = name.removesuffix(".parquet").split("_")
    assert (folder, series, first, last) == (FEED.name, "BTCUSDT-PERP.A", "20260201", "20260202")
    assert len(content) == 16
    assert stamp == "20260202T040000.000000Z"
    assert files(landing) == [name]
    assert landing.segments([FEED.name]) == [segment]


def test_a_segment_holds_the_rows_and_when_they_were_fetched(landing):
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    segment = landing.write(FEED, rows(), [PART], elsewhere)
    held = pl.read_parquet(landing.path(segment))
    assert held.drop(INGESTED_AT).equals(rows())
    assert held[INGESTED_AT].to_list() == [datetime(2026, 2, 2, 4)]
    assert segment.ingested_at.utcoffset() == timedelta(0)


def test_the_same_content_is_written_once_whenever_it_is_fetched(landing):
    assert landing.write(FEED, rows(), [PART], NOW)
    assert landing.write(FEED, rows(), [PART], NOW + timedelta(days=1)) is None
    assert len(files(landing)) == 1


def test_values_that_change_and_change_back_are_three_segments(landing):
    segments = [landing.write(FEED, rows(value), [PART], NOW + timedelta(hours=n)) for n, value in enumerate((1, 2, 1))]
    assert landing.segments([FEED.name]) == segments
    assert [pl.read_parquet(landing.path(s))["long_coin"].item() for s in segments] == [1, 2, 1]
    assert landing.write(FEED, rows(1), [PART], NOW + timedelta(days=1)) is None


def test_the_same_rows_that_answer_for_more_are_another_segment(landing):
    landing.write(FEED, rows(), [PART], NOW)
    wider = Part(PART.series, "rest", days("2026-02-01", "2026-02-02"), 1, PART.url)
    absent = Part(PART.series, "archive", WINDOW, 0, absent=True)
    assert landing.write(FEED, rows(), [wider], NOW)
    assert landing.write(FEED, rows(), [PART, absent], NOW)
    assert len(files(landing)) == 3


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(lambda r: pl.concat([r[:1], r[1:]], rechunk=False), id="chunks"),
        pytest.param(lambda r: pl.concat([r.reverse(), r]).slice(3), id="slice"),
        pytest.param(
            lambda r: r.with_columns(pl.col("x").fill_null(9)).with_columns(pl.when(pl.col("x") < 9).then("x")),
            id="value-under-a-null",
        ),
        pytest.param(lambda r: r.with_columns(pl.col("x").cast(pl.String).cast(pl.Float64)), id="cast"),
    ],
)
def test_content_is_the_values_however_they_lie_in_memory(same):
    one = pl.DataFrame({"s": ["a long name of something"] * 3, "x": [1.0, None, 3.0]})
    other = same(one)
    assert other.equals(one)
    assert ingest.landing._content_hash(other, "[]") == ingest.landing._content_hash(one, "[]")


@pytest.mark.parametrize(
    "other",
    [
        {"s": ["a", None], "x": [1.0, 0.0]},
        {"s": ["a", ""], "x": [1.0, None]},
        {"s": [None, "a"], "x": [None, 1.0]},
        {"s": ["a", None], "y": [1.0, None]},
        {"s": ["a", None], "x": [1.0 + 1e-15, None]},
        {"s": ["a", "null"], "x": [1.0, None]},
    ],
)
def test_content_tells_a_null_from_a_zero_and_the_last_digit(other):
    one = pl.DataFrame({"s": ["a", None], "x": [1.0, None]})
    assert ingest.landing._content_hash(pl.DataFrame(other), "[]") != ingest.landing._content_hash(one, "[]")


@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-5)], ids=["stands", "goes back"])
def test_the_order_of_fetches_holds_when_the_clock_does_not_move_on(landing, step):
    segments = [landing.write(FEED, rows(value), [PART], NOW + n * step) for n, value in enumerate((3, 1, 2))]
    assert landing.segments([FEED.name]) == segments
    stamps = [s.ingested_at for s in segments]
    assert stamps == sorted(set(stamps))
    held = pl.concat([pl.read_parquet(landing.path(s)) for s in segments])
    assert held[INGESTED_AT].to_list() == [s.astimezone(UTC).replace(tzinfo=None) for s in stamps]


def test_a_folder_is_listed_once_for_all_segments_of_a_writer(landing, monkeypatch):
    listed = []
    listing = os.listdir
    monkeypatch.setattr(ingest.landing.os, "listdir", lambda folder: listed.append(folder) or listing(folder))
    for value in range(5):
        assert landing.write(FEED, rows(value), [PART], NOW)
    assert landing.write(FEED, rows(4), [PART], NOW) is None
    assert len(listed) == 1


def test_what_another_writer_lands_in_between_is_seen(landing):
    other = Landing(landing.directory)
    segments = [(landing, other)[n % 2].write(FEED, rows(n), [PART], NOW) for n in range(20)]
    assert [segment.ingested_at for segment in segments] == [NOW + timedelta(microseconds=n) for n in range(20)]
    assert landing.write(FEED, rows(19), [PART], NOW) is None
    landing.path(segments[-1]).unlink()
    assert landing.write(FEED, rows(19), [PART], NOW)


def test_writers_side_by_side_lose_nothing_and_keep_an_order(landing):
    """A daily run, an hour's refresh and the recorder, each with a landing of its own."""
    writers = [Landing(landing.directory) for _ in range(3)]
    with ThreadPoolExecutor(len(writers)) as threads:
        written = threads.map(lambda n: writers[n % 3].write(FEED, rows(n), [PART], NOW), range(60))
        landed = [segment.ingested_at for segment in written]
    assert sorted(landed) == [NOW + timedelta(microseconds=n) for n in range(60)]
    assert len(landing.segments([FEED.name])) == 60


def test_what_a_dying_run_left_behind_is_no_segment(landing):
    segment = landing.write(FEED, rows(), [PART], NOW)
    folder = landing.directory / FEED.name
    for name in (f".{Path(segment.name).name}.4711", "notes.txt", "BTC.parquet", Path(segment.name).name + ".tmp"):
        (folder / name).write_text("half of it")
    assert landing.segments([FEED.name]) == [segment]
    assert landing.write(FEED, rows(), [PART], NOW + timedelta(hours=1)) is None


def test_a_write_that_breaks_off_leaves_no_segment(landing, monkeypatch):
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ingest.landing, "force_to_disk", full)
    with pytest.raises(OSError, match="No space left"):
        landing.write(FEED, rows(), [PART], NOW)
    assert landing.segments([FEED.name]) == []
    monkeypatch.undo()
    assert landing.write(FEED, rows(), [PART], NOW)


def test_segments_of_several_feeds_come_oldest_fetch_first(landing):
    other = feed_named("coinalyze_funding")
    late = landing.write(FEED, rows(), [PART], NOW + timedelta(hours=2))
    early = landing.write(other, rows(), [PART], NOW)
    assert landing.segments([FEED.name, other.name, "no_such_feed"]) == [early, late]
    assert landing.segments([other.name]) == [early]
    assert landing.segments([FEED.name, other.name], known={early.name}) == [late]
    assert Landing(landing.directory / "elsewhere").segments([FEED.name]) == []


def test_parts_come_back_as_they_were(landing):
    parts = [
        Part("BTCUSDT/1h", "archive", days("2025-12-01", "2025-12-31"), 744, "https://v.example/a.zip", "ab" * 32),
        Part(
            "BTCUSDT/1h",
            "archive",
            days("2026-01-01", "2026-01-31"),
            0,
            "https://v.example/b.zip",
            absent=True,
            answered_at=NOW,
        ),
        Part("BTC 'odd' series", "rest", WINDOW, 5),
    ]
    segment = landing.write(FEED, rows(), parts, NOW)
    assert landing.parts(segment) == parts
    assert "/several_20251201_20260202_" in segment.name


def test_rows_without_any_are_a_segment_too_when_something_is_known_of_them(landing):
    absent = Part("BTCUSDT", "archive", WINDOW, 0, "https://v.example/a.zip", absent=True, answered_at=NOW)
    segment = landing.write(FEED, rows().clear(), [absent], NOW)
    assert landing.parts(segment) == [absent]
    assert pl.read_parquet(landing.path(segment)).columns == [*rows().columns, INGESTED_AT]


def test_quarantined_rows_land_in_a_folder_of_their_own_with_their_feed(landing):
    broken = pl.DataFrame({"symbol": ["BTC"], "reason": ["high: positive"], "payload": ["{}"]})
    segment = landing.quarantine(FEED, broken, [PART], NOW)
    assert segment.feed == QUARANTINE
    assert landing.segments([FEED.name]) == []
    assert landing.segments([QUARANTINE]) == [segment]
    assert landing.parts(segment) == []
    held = pl.read_parquet(landing.path(segment)).drop(INGESTED_AT)
    assert held.rows() == [(FEED.name, "BTC", "high: positive", "{}")]


def test_a_file_that_is_no_segment_any_more_is_named(landing):
    segment = landing.write(FEED, rows(), [PART], NOW)
    landing.path(segment).write_bytes(b"PAR1 and then nothing")
    with pytest.raises(SegmentDamaged, match=r"is damaged: its content does not match the hash in its name"):
        landing.read(segment)


def test_a_segment_under_the_name_of_a_later_fetch_is_damaged(landing):
    segment = landing.write(FEED, rows(), [PART], NOW)
    later = segment.name.replace("T040000", "T050000")
    landing.path(segment).rename(landing.directory / later)
    with pytest.raises(SegmentDamaged):
        landing.read(Segment(later, FEED.name, NOW + timedelta(hours=1)))


def test_a_segment_that_may_not_be_opened_is_not_called_damaged(landing):
    segment = landing.write(FEED, rows(), [PART], NOW)
    landing.path(segment).unlink()
    landing.path(segment).mkdir()
    with pytest.raises(IngestError, match=r"cannot read .*: Is a directory") as raised:
        landing.read(segment)
    assert not isinstance(raised.value, SegmentDamaged)


def test_the_hash_in_a_name_is_the_same_in_every_version(landing):
    """What has landed is for ever: a release of Polars that writes numbers otherwise would call all of it damaged."""
    frame = pl.DataFrame({
        "symbol": ["BTC", None, "a, \"b\"\n"],
        "close": [1e-9, 123456789.123456789, None],
        "volume": [0.1 + 0.2, -0.0, 1e300],
        "count": [1, None, -(2**62)],
        "at": [datetime(2026, 2, 1), None, datetime(2026, 2, 1, 0, 0, 0, 1)],
        "day": [date(2026, 2, 1), None, date(1970, 1, 1)],
        "is_final": [True, None, False],
    })  # fmt: skip
    assert ingest.landing._content_hash(frame, "[]") == "9fe4ae5e64331af2"
