"""Binance klines: the published rows by value, and which way each stretch of a window comes."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest

from ingest.coverage import Coverage, Part
from ingest.errors import ArchiveDamaged, GeoBlocked, HostUnreachable, RequestRefused
from ingest.feed import Batch
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.windows import Window
from tests.ingest.scripted_venues import (
    VISION,
    ScriptedVenues,
    asking,
    at,
    conformed,
    days,
    fetched,
    landed,
    ms,
    parts_of,
)

SPOT, PERPETUAL = "binance_spot_klines", "binance_um_klines"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    "taker_buy_volume,taker_buy_quote_volume,ignore\n"
)
JANUARY = days("2026-01-01", "2026-01-31")


def bar(opened: str, close: str = "101", **changes: str) -> list[object]:
    cells = {"open": "100", "high": "110.5", "low": "90", "close": close, "volume": "12.5", **changes}
    stamp = ms(opened)
    return [stamp, *cells.values(), stamp + 3_599_999, "1250.25", 42, "6.25", "625.125", "0"]


def csv_of(*bars: list[object], scale: int = 1, header: bool = False) -> str:
    lines = [",".join(str(cell) for cell in [bar[0] * scale, *bar[1:]]) for bar in bars]
    return (HEADER if header else "") + "\n".join(lines) + "\n"


def archive(feed: str, cadence: str, interval: str, period: str) -> str:
    folder = "spot" if feed == SPOT else "futures/um"
    return f"{VISION}/{folder}/{cadence}/klines/BTCUSDT/{interval}/BTCUSDT-{interval}-{period}.zip"


def bars_between(url: str, params: dict) -> list[list[object]]:
    """REST as the venue answers: the bars that open in the window asked for, at most `limit` of them."""
    step = HOUR if params["interval"] == "1h" else DAY
    ticks = int(step.total_seconds() * 1000)
    first = -(-params["startTime"] // ticks) * ticks
    stamps = range(first, params["endTime"] + 1, ticks)[: params["limit"]]
    return [bar(datetime.fromtimestamp(s / 1000, UTC).replace(tzinfo=None).isoformat()) for s in stamps]


# --- rows


def test_a_rest_row_becomes_a_typed_row():
    venues = ScriptedVenues(lambda url, params: [bar("2026-01-10T05:00")] if params["interval"] == "1h" else [])
    (row,) = landed(asking(SPOT, venues, days("2026-01-10", "2026-01-10"))).rows(named=True)
    assert row == {
        "symbol": "BTCUSDT", "interval": "1h", "open_at": datetime(2026, 1, 10, 5), "open": 100.0, "high": 110.5,
        "low": 90.0, "close": 101.0, "volume": 12.5, "quote_volume": 1250.25, "trade_count": 42,
        "taker_buy_volume": 6.25, "taker_buy_quote_volume": 625.125, "channel": "rest",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("feed", "scale", "header"),
    [(SPOT, 1, False), (SPOT, 1000, False), (PERPETUAL, 1, False), (PERPETUAL, 1, True)],
    ids=["spot-ms", "spot-us", "um-no-header", "um-header"],
)
def test_an_archive_row_is_the_same_row_in_every_layout(feed, scale, header):
    text = csv_of(bar("2026-01-10T05:00"), bar("2026-01-10T06:00", close="102"), scale=scale, header=header)
    venues = ScriptedVenues(archives={archive(feed, "monthly", "1h", "2026-01"): text})
    rows = landed(asking(feed, venues, JANUARY))
    assert rows["open_at"].to_list() == [datetime(2026, 1, 10, 5), datetime(2026, 1, 10, 6)]
    assert rows["close"].to_list() == [101.0, 102.0]
    assert rows.row(0)[2:] == (
        *(datetime(2026, 1, 10, 5), 100.0, 110.5, 90.0, 101.0, 12.5, 1250.25, 42, 6.25, 625.125, "archive"),
    )


def test_lines_may_end_as_on_windows_or_not_at_all():
    text = csv_of(bar("2026-01-10T05:00"), bar("2026-01-10T06:00")).replace("\n", "\r\n").rstrip()
    venues = ScriptedVenues(archives={archive(SPOT, "monthly", "1h", "2026-01"): text})
    assert landed(asking(SPOT, venues, JANUARY)).height == 2


def test_a_row_that_is_too_short_is_quarantined_for_what_it_lacks():
    whole, short, long = bar("2026-01-10T05:00"), bar("2026-01-10T06:00")[:5], [*bar("2026-01-10T07:00"), "new"]
    frame = feed_named(SPOT).fetch.rest.fields.frame([whole, short, long], Instrument("BTCUSDT", "BTC", "spot"), "1h")
    request = asking(SPOT, ScriptedVenues(), days("2026-01-10", "2026-01-10"))
    done = conformed(request, [Batch(frame, ())])
    assert done.rows["open_at"].to_list() == [datetime(2026, 1, 10, 5), datetime(2026, 1, 10, 7)]
    assert "volume: missing" in done.quarantined["reason"].item()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"low": "-90"}, "low: positive"),
        ({"high": "89"}, "high below low"),
        ({"close": "111"}, "open or close outside high and low"),
        ({"volume": "some"}, "volume: unparsable"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(change, reason):
    venues = ScriptedVenues(lambda url, params: [bar("2026-01-10T05:00", **change), bar("2026-01-10T06:00")])
    request = asking(SPOT, venues, days("2026-01-10", "2026-01-10"))
    done = conformed(request, fetched(request)[:1])
    assert done.rows["open_at"].to_list() == [datetime(2026, 1, 10, 6)]
    assert reason in done.quarantined["reason"].item()


# --- REST: the forming bar, wrong stamps, pages


def test_the_bar_that_is_still_forming_is_dropped():
    request = asking(SPOT, ScriptedVenues(bars_between), days("2026-02-02", "2026-02-02"), now="2026-02-02T04:30")
    rows = landed(request)
    assert rows["open_at"].to_list() == [datetime(2026, 2, 2, hour) for hour in range(4)]
    assert request.held.missing("BTCUSDT/1h", request.window)[0].start == at("2026-02-02T04:00")


def test_within_the_day_its_own_bar_is_not_asked_for():
    venues = ScriptedVenues(bars_between)
    fetched(asking(SPOT, venues, Window(at("2026-02-02"), at("2026-02-02T04:30")), now="2026-02-02T04:30"))
    asked = [params for _, params in venues.asked]
    assert [(params["interval"], params["endTime"] + 1) for params in asked] == [("1h", ms("2026-02-02T04:00"))]


def test_a_stamp_in_2100_is_quarantined_not_dropped():
    venues = ScriptedVenues(lambda url, params: [bar("2026-01-10T05:00"), bar("2100-01-01T00:00")])
    request = asking(SPOT, venues, days("2026-01-10", "2026-01-10"))
    done = conformed(request, fetched(request)[:1])
    assert done.rows["open_at"].to_list() == [datetime(2026, 1, 10, 5)]
    assert done.quarantined["reason"].to_list() == ["open_at: absurd timestamp"]


@pytest.mark.parametrize("wrong", [ms("2100-01-01"), ms("1970-01-02"), "yesterday", None, 2**63])
def test_one_wrong_stamp_in_a_full_page_does_not_end_the_paging(wrong):
    def answer(url, params):
        page = bars_between(url, params)
        if params["interval"] == "1h" and params["startTime"] == ms("2025-11-01"):
            page[500][0] = wrong
        return page

    request = asking(SPOT, ScriptedVenues(answer), days("2025-11-01", "2025-12-31"))
    done = conformed(request, fetched(request))
    assert done.rows.filter(interval="1h").height == 61 * 24 - 1
    assert done.quarantined.height == 1


def test_pages_follow_each_other_without_gap_or_overlap():
    venues = ScriptedVenues(bars_between)
    rows = landed(asking(SPOT, venues, days("2025-11-01", "2025-12-31")))
    hours = rows.filter(interval="1h")["open_at"]
    assert hours.to_list() == [datetime(2025, 11, 1) + n * HOUR for n in range(61 * 24)]
    asked = [p["startTime"] for _, p in venues.asked if p["interval"] == "1h"]
    assert asked == [ms("2025-11-01"), int(hours[999].replace(tzinfo=UTC).timestamp() * 1000) + 1]
    assert {p["endTime"] for _, p in venues.asked} == {ms("2026-01-01") - 1}
    assert {p["limit"] for _, p in venues.asked} == {1000}


def test_a_venue_that_repeats_its_page_for_ever_is_refused():
    same = bars_between(
        "", {"interval": "1h", "startTime": ms("2025-11-01"), "endTime": ms("2026-01-01"), "limit": 1000}
    )
    request = asking(SPOT, ScriptedVenues(lambda url, params: same), days("2025-11-01", "2025-12-31"))
    with pytest.raises(RequestRefused, match="outside of the window"):
        fetched(request)


@pytest.mark.parametrize("answer", [{"rows": []}, "rows", [1, 2], [{"open": 1}], None])
def test_what_is_no_list_of_rows_is_refused(answer):
    with pytest.raises(RequestRefused, match="expected a list of rows"):
        fetched(asking(SPOT, ScriptedVenues(lambda url, params: answer), days("2026-01-10", "2026-01-10")))


# --- which way it comes


def test_closed_months_come_as_archives_and_the_rest_by_rest():
    whole = csv_of(*(bar(f"2026-01-{day:02}T{hour:02}:00") for day in range(1, 32) for hour in range(24)))
    daily = csv_of(*(bar(f"2026-01-{day:02}T00:00") for day in range(1, 32)))
    archives = {archive(SPOT, "monthly", "1h", "2026-01"): whole, archive(SPOT, "monthly", "1d", "2026-01"): daily}
    venues = ScriptedVenues(bars_between, archives)
    request = asking(SPOT, venues, days("2026-01-01", "2026-02-01"))
    rows = landed(request)
    assert rows.group_by("interval", "channel").len().sort("interval", "channel").rows() == [
        ("1d", "archive", 31), ("1d", "rest", 1), ("1h", "archive", 744), ("1h", "rest", 24),
    ]  # fmt: skip
    assert {params["startTime"] for _, params in venues.asked} == {ms("2026-02-01")}
    assert request.held.missing("BTCUSDT/1h", request.window) == []


def test_a_month_without_its_archive_comes_by_rest():
    venues = ScriptedVenues(bars_between)
    rows = landed(asking(SPOT, venues, JANUARY))
    assert rows.filter(interval="1d").height == 31
    assert set(rows["channel"]) == {"rest"}


def test_a_second_fetch_asks_for_nothing_that_is_held():
    request = asking(SPOT, ScriptedVenues(bars_between), days("2025-12-01", "2026-02-01"), now="2026-03-20")
    fetched(request)
    venues = ScriptedVenues(bars_between)
    assert fetched(asking(SPOT, venues, request.window, held=request.held, now="2026-03-20")) == []
    assert (venues.asked, venues.downloaded) == ([], [])


def test_absent_archives_are_known_gaps_once_they_are_overdue():
    request = asking(SPOT, ScriptedVenues(bars_between), days("2025-12-01", "2026-02-01"), now="2026-02-05")
    parts = [part for part in parts_of(fetched(request)) if part.channel == "archive"]
    assert {(part.series, part.window.start, part.absent, part.rows) for part in parts} == {
        (f"BTCUSDT/{interval}", at("2025-12-01"), True, 0) for interval in ("1h", "1d")
    }
    venues = ScriptedVenues(bars_between)
    fetched(asking(SPOT, venues, request.window, held=request.held, now="2026-02-05"))
    assert sorted(venues.downloaded) == [archive(SPOT, "monthly", i, "2026-01") for i in ("1d", "1h")]


BLOCKED = GeoBlocked("not available from this country (HTTP 451)", host="fapi.binance.com")


def daily_archives(*listed: str) -> dict[str, str]:
    hourly = {
        archive(PERPETUAL, "daily", "1h", day): csv_of(*(bar(f"{day}T{h:02}:00") for h in range(24)), header=True)
        for day in listed
    }
    return hourly | {archive(PERPETUAL, "daily", "1d", day): csv_of(bar(day), header=True) for day in listed}


def test_where_rest_is_refused_daily_archives_fill_the_tail_and_a_note_says_so():
    venues = ScriptedVenues(lambda url, params: BLOCKED, daily_archives("2026-01-31", "2026-02-01"))
    request = asking(PERPETUAL, venues, days("2026-01-31", "2026-02-01"))
    rows = landed(request)
    assert rows.group_by("interval").len().sort("interval").rows() == [("1d", 2), ("1h", 48)]
    (note,) = request.notes
    assert "HTTP 451" in note
    assert "daily archives" in note


def test_where_the_archives_are_closed_rest_fills_the_month_and_a_note_says_so():
    closed = HostUnreachable("no connection", host="data.binance.vision")
    months = {archive(PERPETUAL, "monthly", interval, "2026-01"): closed for interval in ("1d", "1h")}
    request = asking(PERPETUAL, ScriptedVenues(bars_between, months), days("2026-01-10", "2026-01-11"))
    assert landed(request).group_by("interval").len().sort("interval").rows() == [("1d", 2), ("1h", 48)]
    (note,) = request.notes
    assert "no connection" in note
    assert "REST" in note
    assert request.held.lacks_archive("BTCUSDT/1d", days("2026-01-01", "2026-01-31"))


def test_daily_archives_fill_a_day_of_which_some_hours_are_held():
    held = Coverage()
    morning = Part("BTCUSDT/1h", "rest", Window(at("2026-02-01"), at("2026-02-01T05:00")), 5)
    held.add([morning])
    venues = ScriptedVenues(lambda url, params: BLOCKED, daily_archives("2026-02-01"))
    request = asking(PERPETUAL, venues, days("2026-02-01", "2026-02-01"), held=held)
    assert landed(request).filter(interval="1h").height == 24
    assert request.held.missing("BTCUSDT/1h", request.window) == []


def test_where_neither_way_is_open_the_feed_says_why():
    venues = ScriptedVenues(lambda url, params: BLOCKED, daily_archives("2026-01-31"))
    request = asking(PERPETUAL, venues, days("2026-01-31", "2026-02-01"))
    batches: list[Batch] = []
    with pytest.raises(GeoBlocked):
        fetched(request, into=batches)
    assert sum(batch.rows.height for batch in batches) == 25  # what the archives had stays
    assert request.held.missing("BTCUSDT/1d", request.window) == [days("2026-02-01", "2026-02-01")]


def test_a_damaged_archive_costs_a_note_and_its_month_comes_by_rest():
    damaged = ArchiveDamaged("archive does not match its published sha256", host="data.binance.vision")
    archives = {archive(SPOT, "monthly", "1h", "2026-01"): damaged}
    request = asking(SPOT, ScriptedVenues(bars_between, archives), JANUARY)
    assert landed(request).filter(interval="1h").height == 744
    assert request.notes == [str(damaged)]
    assert request.held.lacks_archive("BTCUSDT/1h", JANUARY)


# --- recorded samples


@pytest.mark.parametrize(
    ("feed", "file", "day"),
    [(SPOT, "spot_klines.json", "2023-10-27"), (PERPETUAL, "fapi_klines.json", "2026-07-15")],
)
def test_recorded_rest_rows_keep_their_values(api_samples, feed, file, day):
    pages = json.loads((api_samples / "binance" / file).read_text())
    venues = ScriptedVenues(lambda url, params: pages if params["interval"] == "1h" else [])
    (row,) = landed(asking(feed, venues, days(day, day), now="2026-11-22")).rows()
    assert_published(row, pages[0])


@pytest.mark.parametrize(
    ("feed", "file", "month", "scale"),
    [
        (SPOT, "vision_spot_klines_1h_ms_noheader.csv", "2023-10", 1),
        (SPOT, "vision_spot_klines_1h_us_noheader.csv", "2025-01", 1000),
        (PERPETUAL, "vision_um_klines_1m.csv", "2026-07", 1),
    ],
)
def test_recorded_archive_rows_keep_their_values(api_samples, feed, file, month, scale):
    text = (api_samples / "binance" / file).read_text()
    published = list(csv.reader(text.splitlines()))[-1]
    venues = ScriptedVenues(archives={archive(feed, "monthly", "1h", month): text})
    (row,) = landed(asking(feed, venues, days(f"{month}-01", f"{month}-28"), now="2026-11-22")).rows()
    assert_published(row, [int(published[0]) // scale, *published[1:]])


def assert_published(row: tuple, published: list) -> None:
    """The typed row against the fields of the venue, in the venue's order."""
    assert row[2].replace(tzinfo=UTC).timestamp() * 1000 == published[0]
    assert row[3:8] == tuple(map(float, published[1:6]))
    assert row[8:12] == (float(published[7]), int(published[8]), float(published[9]), float(published[10]))
