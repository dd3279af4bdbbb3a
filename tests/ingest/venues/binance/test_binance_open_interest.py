"""Binance open interest: the moment of the snapshot on both sides of the label change, archives first, REST after."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ingest.errors import AccessRefused, HostUnreachable, RequestRefused
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

FEED = "binance_um_open_interest"
HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio\n"
)
FIVE_MINUTES = 300_000


def archive(day: str) -> str:
    return f"{VISION}/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-{day}.zip"


def line(label: str, coins: str = "1000.5", ratios: str = "1.5,1.25,2,0.75") -> str:
    return f"{label},BTCUSDT,{coins},80000000.25,{ratios}\n"


def snapshot(stamp: object, coins: str = "1000.5") -> dict[str, object]:
    return {"symbol": "BTCUSDT", "sumOpenInterest": coins, "sumOpenInterestValue": "80000000.25", "timestamp": stamp}


def snapshots_between(url: str, params: dict) -> list[dict[str, object]]:
    first = -(-params["startTime"] // FIVE_MINUTES) * FIVE_MINUTES
    return [snapshot(s) for s in range(first, params["endTime"] + 1, FIVE_MINUTES)][: params["limit"]]


# --- rows


def test_a_row_of_an_archive_is_typed():
    venues = ScriptedVenues(archives={archive("2026-01-10"): HEADER + line("2026-01-10 00:05:00")})
    (row,) = landed(asking(FEED, venues, days("2026-01-10", "2026-01-10"), now="2026-03-20")).rows()
    moment = datetime(2026, 1, 10, 0, 5)
    assert row == ("BTCUSDT", moment, moment, 1000.5, 80000000.25, 1.5, 1.25, 2.0, 0.75, "archive")


def test_blank_ratios_are_unknown():
    text = HEADER + line("2026-01-10 00:05:00", ratios=",,,") + line("2026-01-10 00:10:00", ratios="1.5,,2,")
    venues = ScriptedVenues(archives={archive("2026-01-10"): text})
    rows = landed(asking(FEED, venues, days("2026-01-10", "2026-01-10"), now="2026-03-20"))
    ratios = ("top_trader_account_ratio", "top_trader_position_ratio", "account_ratio", "taker_volume_ratio")
    assert rows.select(ratios).rows() == [(None, None, None, None), (1.5, None, 2.0, None)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line("2026-01-10 00:10:00", coins="0.0000"), "open_interest_coin: positive"),
        (line("2026-01-10 00:10:00", coins="many"), "open_interest_coin: unparsable"),
        (line("10.01.2026"), "snapshot_at: missing"),
        (line("2100-01-01 00:00:00"), "snapshot_at: absurd timestamp"),
        ("\n", "open_interest_coin: missing"),
    ],
)
def test_a_row_that_cannot_be_is_quarantined_and_the_rest_of_its_file_stays(bad, reason):
    text = HEADER + line("2026-01-10 00:05:00") + bad + line("2026-01-10 00:15:00")
    venues = ScriptedVenues(archives={archive("2026-01-10"): text})
    request = asking(FEED, venues, days("2026-01-10", "2026-01-10"), now="2026-03-20")
    done = conformed(request, fetched(request))
    assert done.rows["snapshot_at"].dt.minute().to_list() == [5, 15]
    assert reason in done.quarantined["reason"].item()


@pytest.mark.parametrize("ratio", ["x", "NaN", "-1", "inf"])
def test_a_ratio_that_cannot_be_costs_the_ratio_and_no_open_interest(ratio):
    text = HEADER + line("2026-01-10 00:05:00", ratios=f"{ratio},1,1,1")
    venues = ScriptedVenues(archives={archive("2026-01-10"): text})
    request = asking(FEED, venues, days("2026-01-10", "2026-01-10"), now="2026-03-20")
    done = conformed(request, fetched(request))
    columns = ("open_interest_coin", "top_trader_account_ratio", "account_ratio")
    assert done.rows.select(columns).rows() == [(1000.5, None, 1.0)]
    assert done.quarantined.height == (ratio != "NaN")


def test_rows_may_be_out_of_order_and_repeated():
    text = HEADER + line("2026-01-10 00:10:00") + line("2026-01-10 00:05:00") + line("2026-01-10 00:10:00")
    venues = ScriptedVenues(archives={archive("2026-01-10"): text})
    rows = landed(asking(FEED, venues, days("2026-01-10", "2026-01-10"), now="2026-03-20"))
    assert rows["snapshot_at"].dt.minute().to_list() == [10, 5]


@pytest.mark.parametrize(("bad_day", "good_day"), [("2026-01-10", "2026-01-11"), ("2026-01-11", "2026-01-10")])
def test_a_file_that_cannot_be_read_costs_a_note_and_no_other_file(bad_day, good_day):
    archives = {
        archive(bad_day): HEADER + line(f"{bad_day} 00:05:00").replace("\n", ",one field more\n"),
        archive(good_day): HEADER + line(f"{good_day} 00:05:00"),
    }
    request = asking(FEED, ScriptedVenues(archives=archives), days("2026-01-10", "2026-01-11"), now="2026-03-20")
    rows = landed(request)
    assert rows["snapshot_at"].dt.strftime("%Y-%m-%d").to_list() == [good_day]
    (note,) = [note for note in request.notes if "is short" not in note]
    assert f"BTCUSDT-metrics-{bad_day}.zip" in note
    assert request.held.lacks_archive("BTCUSDT", days(bad_day, bad_day))
    assert not request.held.lacks_archive("BTCUSDT", days(good_day, good_day))


# --- the label change of 2026-06-25


def test_both_midnight_rows_of_the_label_change_keep_their_own_moment():
    """The file of the 24th labels the end of five minutes, that of the 25th their start: midnight stands in both."""
    old = HEADER + line("2026-06-24 23:55:00", "1") + line("2026-06-25 00:00:00", "2")
    new = HEADER + line("2026-06-25 00:00:00", "3") + line("2026-06-25 23:55:00", "4")
    venues = ScriptedVenues(archives={archive("2026-06-24"): old, archive("2026-06-25"): new})
    rows = landed(asking(FEED, venues, days("2026-06-24", "2026-06-25"), now="2026-08-20"))
    assert rows.select("snapshot_at", "labelled_at", "open_interest_coin").rows() == [
        (datetime(2026, 6, 24, 23, 55), datetime(2026, 6, 24, 23, 55), 1.0),
        (datetime(2026, 6, 25), datetime(2026, 6, 25), 2.0),
        (datetime(2026, 6, 25, 0, 5), datetime(2026, 6, 25), 3.0),
        (datetime(2026, 6, 26), datetime(2026, 6, 25, 23, 55), 4.0),
    ]


# --- REST


def test_a_snapshot_by_rest_is_typed_and_knows_no_ratios():
    venues = ScriptedVenues(lambda url, params: [snapshot(ms("2026-02-01T08:00"))])
    (row,) = landed(asking(FEED, venues, days("2026-02-01", "2026-02-01"))).rows()
    moment = datetime(2026, 2, 1, 8)
    assert row == ("BTCUSDT", moment, moment, 1000.5, 80000000.25, None, None, None, None, "rest")


def test_the_snapshot_at_the_end_of_the_day_belongs_to_it():
    request = asking(FEED, ScriptedVenues(snapshots_between), days("2026-02-01", "2026-02-01"))
    moments = landed(request)["snapshot_at"]
    assert (moments.min(), moments.max()) == (datetime(2026, 2, 1, 0, 5), datetime(2026, 2, 2))
    assert len(moments) == 288
    assert request.held.missing("BTCUSDT", request.window) == []


def test_pages_go_on_to_the_last_snapshot_of_the_day():
    """Two days are 576 snapshots, and of 570 a page the second one has the last half hour."""
    pages = ScriptedVenues(lambda url, params: snapshots_between(url, {**params, "limit": 570}))
    request = asking(FEED, pages, days("2026-01-31", "2026-02-01"), now="2026-02-02T04:00")
    assert landed(request)["snapshot_at"].max() == datetime(2026, 2, 2)
    assert request.held.missing("BTCUSDT", request.window) == []


def test_rest_is_asked_for_its_thirty_days_alone():
    venues = ScriptedVenues(snapshots_between)
    request = asking(FEED, venues, days("2025-12-01", "2026-02-01"))
    fetched(request)
    oldest = at("2026-02-02T04:00") - timedelta(days=30)
    assert oldest < at("1970-01-01") + timedelta(milliseconds=min(p["startTime"] for _, p in venues.asked))
    assert request.held.missing("BTCUSDT", request.window)[0].start == at("2025-12-01")


@pytest.mark.parametrize("wrong", [ms("2100-01-01"), "yesterday", None])
def test_one_wrong_stamp_in_a_full_page_does_not_end_the_paging(wrong):
    def answer(url, params):
        page = snapshots_between(url, params)
        if params["startTime"] == ms("2026-01-30T00:05"):
            page[250]["timestamp"] = wrong
        return page

    venues = ScriptedVenues(answer)
    request = asking(FEED, venues, days("2026-01-30", "2026-02-01"))
    done = conformed(request, fetched(request))
    assert done.rows.height == 3 * 288 - 1
    assert done.quarantined.height == 1
    assert len(venues.asked) == 2


def test_a_row_of_another_shape_is_no_answer():
    with pytest.raises(RequestRefused, match="expected a list of rows"):
        fetched(asking(FEED, ScriptedVenues(lambda url, params: [["BTCUSDT"]]), days("2026-02-01", "2026-02-01")))


# --- which way it comes


def whole_day(day: str) -> str:
    first = datetime.fromisoformat(day)
    return HEADER + "".join(line(str(first + n * timedelta(minutes=5))) for n in range(1, 289))


def test_days_come_as_archives_and_the_last_ones_by_rest():
    archives = {archive(day): whole_day(day) for day in ("2026-01-30", "2026-01-31")}
    venues = ScriptedVenues(snapshots_between, archives)
    request = asking(FEED, venues, days("2026-01-30", "2026-02-01"))
    rows = landed(request)
    assert rows.group_by("channel").len().sort("channel").rows() == [("archive", 576), ("rest", 288)]
    assert rows.filter(channel="rest")["snapshot_at"].min() == datetime(2026, 2, 1, 0, 5)
    assert sorted(venues.downloaded) == [archive(f"2026-{d}") for d in ("01-30", "01-31", "02-01")]


def test_an_archive_that_appears_later_is_fetched_although_rest_had_the_day():
    request = asking(FEED, ScriptedVenues(snapshots_between), days("2026-02-01", "2026-02-01"))
    fetched(request)
    venues = ScriptedVenues(snapshots_between, {archive("2026-02-01"): whole_day("2026-02-01")})
    rows = landed(asking(FEED, venues, request.window, held=request.held, now="2026-02-03T04:00"))
    assert set(rows["channel"]) == {"archive"}
    assert venues.asked == []


def test_absent_archives_are_known_gaps_once_overdue_and_are_not_asked_for_again():
    window = days("2025-11-01", "2025-11-03")
    request = asking(FEED, ScriptedVenues(archives={archive("2025-11-02"): whole_day("2025-11-02")}), window)
    parts = parts_of(fetched(request))
    assert [(part.window.start.day, part.absent, part.rows) for part in parts] == [
        (1, True, 0), (2, False, 288), (3, True, 0),
    ]  # fmt: skip
    assert all(part.url == archive(f"2025-11-0{n}") for n, part in enumerate(parts, 1))
    venues = ScriptedVenues()
    assert fetched(asking(FEED, venues, window, held=request.held)) == []
    assert (venues.asked, venues.downloaded) == ([], [])


@pytest.mark.parametrize(("now", "is_gap"), [("2026-02-04T23:59", False), ("2026-02-05T00:00", True)])
def test_a_daily_archive_is_overdue_after_three_days(now, is_gap):
    request = asking(FEED, ScriptedVenues(), days("2026-02-01", "2026-02-01"), now=now)
    assert any(part.absent for part in parts_of(fetched(request))) == is_gap


def test_a_refused_rest_tail_leaves_the_archives_landed():
    def refused(url, params):
        return AccessRefused("HTTP 403", host="fapi.binance.com")

    venues = ScriptedVenues(refused, {archive("2026-01-31"): whole_day("2026-01-31")})
    request = asking(FEED, venues, days("2026-01-31", "2026-02-01"))
    with pytest.raises(AccessRefused):
        fetched(request)
    assert request.held.missing("BTCUSDT", request.window) == [Window(at("2026-02-01"), at("2026-02-02"))]


def test_rest_brings_the_last_days_when_the_archives_are_closed():
    closed = HostUnreachable("no connection", host="data.binance.vision")
    venues = ScriptedVenues(lambda url, params: [snapshot(ms("2026-02-01T12:00"))], {archive("2026-02-01"): closed})
    request, batches = asking(FEED, venues, days("2026-02-01", "2026-02-01")), []
    with pytest.raises(HostUnreachable):  # what REST does not keep is still missing
        fetched(request, into=batches)
    assert [batch.rows.height for batch in batches] == [1]


# --- recorded samples


def test_the_recorded_snapshots_keep_their_values(api_samples):
    records = json.loads((api_samples / "binance/futures_data_openInterestHist.json").read_text())
    day = datetime.fromtimestamp(records[0]["timestamp"] / 1000, UTC).date().isoformat()
    venues = ScriptedVenues(lambda url, params: records)
    rows = landed(asking(FEED, venues, days(day, day), now=f"{day}T23:59"))
    assert rows.height == len(records) == 2
    for row, published in zip(rows.rows(named=True), records, strict=True):
        assert row["snapshot_at"].replace(tzinfo=UTC).timestamp() * 1000 == published["timestamp"]
        assert row["open_interest_coin"] == float(published["sumOpenInterest"])
        assert row["open_interest_usd"] == float(published["sumOpenInterestValue"])


# --- what a stamp of REST means


def coins_at(moment: datetime) -> str:
    """Open interest that is another at every snapshot."""
    return f"{1000 + moment.timestamp() % 86_400 / 300:.3f}"


def archived_day(day: str) -> str:
    """The archive of a day after the label change: stamps are starts."""
    start = at(day)
    labels = [start + timedelta(minutes=5 * n) for n in range(288)]
    return HEADER + "".join(line(f"{label:%Y-%m-%d %H:%M:%S}", coins_at(label + STEP)) for label in labels)


def telling(shift: timedelta, coins=coins_at) -> ScriptedVenues:
    """REST whose stamps are so far before the snapshots, beside the archive of 2026-07-10."""

    def answer(url: str, params: dict) -> list[dict[str, object]]:
        stamps = [row["timestamp"] for row in snapshots_between(url, params)]
        return [snapshot(s, coins(datetime.fromtimestamp(s / 1000, UTC) + shift)) for s in stamps]

    return ScriptedVenues(answer, archives={archive("2026-07-10"): archived_day("2026-07-10")})


STEP = timedelta(minutes=5)


@pytest.mark.parametrize("shift", [timedelta(0), STEP], ids=["the snapshot", "the start"])
def test_what_a_stamp_of_rest_means_is_seen_where_an_archive_tells_the_same(shift):
    request = asking(FEED, telling(shift), days("2026-07-10", "2026-07-11"), now="2026-07-12T04:00")
    rows = landed(request).filter(channel="rest")
    assert rows["snapshot_at"].min() == datetime(2026, 7, 11, 0, 5), "what the archive has is not landed again"
    assert rows["open_interest_coin"].to_list() == [
        float(coins_at(moment.replace(tzinfo=UTC))) for moment in rows["snapshot_at"]
    ]
    assert (rows["snapshot_at"] - rows["labelled_at"]).unique().to_list() == [shift]
    assert [("REST stamps the start" in note) for note in request.notes] == ([True] if shift else [])
    assert request.held.missing("BTCUSDT", request.window) == []


@pytest.mark.parametrize("coins", [lambda _: "1000.5", lambda _: "7"], ids=["nothing moved", "nothing agrees"])
def test_a_stamp_of_which_nothing_tells_is_taken_for_the_snapshot(coins):
    venues = telling(STEP, coins)
    if coins(None) == "1000.5":
        labels = [at("2026-07-10") + timedelta(minutes=5 * n) for n in range(288)]
        venues.archives[archive("2026-07-10")] = HEADER + "".join(line(f"{one:%Y-%m-%d %H:%M:%S}") for one in labels)
    request = asking(FEED, venues, days("2026-07-10", "2026-07-11"), now="2026-07-12T04:00")
    rows = landed(request).filter(channel="rest")
    assert (rows["snapshot_at"] == rows["labelled_at"]).all()
    assert request.notes == []
