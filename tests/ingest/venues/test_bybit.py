"""Bybit: categories decide the units, pages come newest first, errors come under HTTP 200, sides are kept apart."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms

from ingest.errors import Banned, CatalogueBroken, GeoBlocked, RequestRefused, VenueFailing
from ingest.feed import Instrument
from ingest.feeds import load_catalogue
from ingest.venues.bybit import rest

KLINES, FUNDING, OPEN_INTEREST = "bybit_klines", "bybit_funding", "bybit_open_interest"
HOUR = 3_600_000
URL = "https://api.bybit.com/v5/market"


def put(feed, venues, first="2026-01-10", last="2026-01-10", *, symbol="BTCUSDT", margin_type="linear", **more):
    request = asking(feed, venues, days(first, last), **more)
    request.instruments = (Instrument(symbol, "BTC", "perpetual", margin_type=margin_type),)
    return request


def ok(rows: list, **result: object) -> dict:
    return {"retCode": 0, "retMsg": "OK", "result": {**result, "list": rows}, "retExtInfo": {}, "time": 1}


def answering(rows: list, **result: object) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: ok(rows, **result))


def bar(stamp: int, volume="12.5", turnover="1000000", prices=("80000", "81000", "79000", "80500")) -> list[str]:
    return [str(stamp), *prices, volume, turnover]


def settlement(stamp: int, rate="0.0001", symbol="BTCUSDT") -> dict[str, str]:
    return {"symbol": symbol, "fundingRate": rate, "fundingRateTimestamp": str(stamp)}


def snapshot(stamp: int, both="120000.5", one: str | None = "60000.25") -> dict[str, str]:
    return {"openInterest": both, "timestamp": str(stamp), **({} if one is None else {"singleOpenInterest": one})}


def bars_between(url: str, params: dict) -> dict:
    """Klines as the venue serves them: the newest first, both ends included, never more than the limit."""
    step = {"60": HOUR, "D": 24 * HOUR}[params["interval"]]
    opens = range(-(-params["start"] // step) * step, params["end"] + 1, step)
    return ok([bar(stamp) for stamp in reversed(opens)][: params["limit"]])


def settlements_between(url: str, params: dict) -> dict:
    stamps = range(-(-params["startTime"] // (8 * HOUR)) * 8 * HOUR, params["endTime"] + 1, 8 * HOUR)
    return ok([settlement(stamp) for stamp in reversed(stamps)][: params["limit"]])


# --- klines


def test_hours_and_days_are_asked_for_with_the_category_of_the_contract():
    venues = ScriptedVenues(bars_between)
    rows = landed(put(KLINES, venues, symbol="BTCUSD", margin_type="inverse"))
    assert rows["interval"].value_counts(sort=True).rows() == [("1h", 24), ("1d", 1)]
    assert [url for url, _ in venues.asked] == [f"{URL}/kline"] * 2
    assert [params for _, params in venues.asked] == [
        {
            "category": "inverse", "symbol": "BTCUSD", "interval": interval, "limit": 1000,
            "start": ms("2026-01-10"), "end": ms("2026-01-11") - 1,
        }
        for interval in ("60", "D")
    ]  # fmt: skip


@pytest.mark.parametrize(("margin_type", "volumes"), [("linear", (12.5, 1000000.0)), ("inverse", (1000000.0, 12.5))])
def test_volume_is_in_coins_for_linear_and_in_usd_for_inverse_contracts(margin_type, volumes):
    rows = landed(put(KLINES, answering([bar(ms("2026-01-10"))]), margin_type=margin_type))
    assert rows.row(0) == ("BTCUSDT", "1h", datetime(2026, 1, 10), 80000.0, 81000.0, 79000.0, 80500.0, *volumes)


def test_hours_come_in_pages_of_a_thousand_from_the_newest_on():
    venues = ScriptedVenues(bars_between)
    rows = landed(put(KLINES, venues, "2025-12-01", "2026-01-31")).filter(interval="1h")
    assert rows["open_at"].n_unique() == rows.height == 62 * 24
    hours = [params for _, params in venues.asked if params["interval"] == "60"]
    assert [params["end"] for params in hours] == [ms("2026-02-01") - 1, ms("2026-02-01") - 1000 * HOUR - 1]
    assert {params["start"] for params in hours} == {ms("2025-12-01")}


def test_the_bar_that_is_still_forming_is_dropped_and_asked_for_again():
    request = put(KLINES, ScriptedVenues(bars_between), "2026-02-01", "2026-02-02", now="2026-02-02T04:30")
    rows = landed(request)
    assert rows.filter(interval="1d")["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert rows.filter(interval="1h")["open_at"].max() == datetime(2026, 2, 2, 3)
    assert request.held.missing("BTCUSDT/1d", request.window) == [days("2026-02-02", "2026-02-02")]


def test_one_interval_that_is_refused_does_not_cost_the_other():
    def hours_alone(url, params):
        return bars_between(url, params) if params["interval"] == "60" else {"retCode": 10001, "retMsg": "no period"}

    request = put(KLINES, ScriptedVenues(hours_alone))
    batches = list(request.feed.fetch(request))
    assert conformed(request, batches).rows.height == 24
    assert "retCode 10001: no period" in str(request.refused["BTCUSDT"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bar(ms("2026-01-10"), prices=("1", "2", "3", "2")), "high below low"),
        (bar(ms("2026-01-10"), prices=("5", "4", "3", "4")), "open or close outside high and low"),
        (bar(ms("2026-01-10"), prices=("0", "2", "0", "1")), "open: positive"),
        (bar(ms("2026-01-10"), volume="-1"), "volume_coin: not negative"),
        (bar(ms("2026-01-10"), turnover="lots"), "volume_usd: unparsable"),
        (bar(ms("2026-01-10"))[:5], "volume_coin: missing"),
        (bar(ms("2026-01-10") * 1000), "open_at: missing"),
        (bar(ms("2100-01-01")), "open_at: absurd timestamp"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(row, reason):
    request = put(KLINES, answering([row]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert all(reason in said for said in done.quarantined["reason"])


# --- funding


def test_a_settlement_is_a_fraction_at_its_hour_and_both_ends_are_always_asked_for():
    venues = answering([settlement(ms("2026-01-10T08:00") + 3, "-0.00025")])
    assert landed(put(FUNDING, venues)).rows() == [("BTCUSDT", datetime(2026, 1, 10, 8), -0.00025)]
    for url, params in venues.asked:
        assert url == f"{URL}/funding/history"
        assert (params["category"], params["limit"]) == ("linear", 200)
        assert params["startTime"] == ms("2026-01-10") < params["endTime"]


def test_settlements_come_in_pages_and_the_one_at_the_end_of_the_last_day_is_among_them():
    venues = ScriptedVenues(settlements_between)
    request = put(FUNDING, venues, "2025-10-01", "2026-01-31")
    rows = landed(request)
    assert rows.height == 123 * 3 + 1
    assert (rows["settled_at"].min(), rows["settled_at"].max()) == (datetime(2025, 10, 1), datetime(2026, 2, 1))
    assert len(venues.asked) == 2
    again = ScriptedVenues(settlements_between)
    assert fetched(put(FUNDING, again, "2025-10-01", "2026-01-31", held=request.held)) == []
    assert again.asked == []


@pytest.mark.parametrize(("rate", "reason"), [("0.2", "within -0.1 to 0.1"), ("free", "unparsable"), ("", "missing")])
def test_a_rate_that_cannot_be_is_quarantined(rate, reason):
    request = put(FUNDING, answering([settlement(ms("2026-01-10"), rate)]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item(0)


# --- open interest


@pytest.mark.parametrize(
    ("margin_type", "one", "values"),
    [
        ("linear", "60000.25", (120000.5, None, 60000.25, None)),
        ("inverse", "60000.25", (None, 120000.5, None, 60000.25)),
        ("linear", None, (120000.5, None, None, None)),
        ("inverse", "", (None, 120000.5, None, None)),
    ],
)
def test_both_sides_and_one_side_are_kept_apart_and_in_the_contracts_own_unit(margin_type, one, values):
    rows = landed(put(OPEN_INTEREST, answering([snapshot(ms("2026-01-11"), one=one)]), margin_type=margin_type))
    assert rows.rows() == [("BTCUSDT", datetime(2026, 1, 11), *values)]


def paged(*pages: list, cursors: tuple[str, ...]) -> ScriptedVenues:
    """Pages by cursor, as the venue hands them out: the cursor percent-encoded, the first page without one."""
    told = dict(zip(("", *cursors), pages, strict=True))
    following = dict(zip(told, (*(c.replace("=", "%3D").replace("&", "%26") for c in cursors), ""), strict=True))
    return ScriptedVenues(
        lambda url, params: ok(told[c := params.get("cursor", "")], nextPageCursor=following[c], category="linear")
    )


def test_a_cursor_is_decoded_once_and_leads_to_the_window_start_and_no_further():
    venues = paged(
        [snapshot(ms("2026-01-13")), snapshot(ms("2026-01-12"))],
        [snapshot(ms("2026-01-11")), snapshot(ms("2026-01-10"))],
        [snapshot(ms("2026-01-09"))],
        cursors=("lastid=7&lasttime=12", "lastid=5&lasttime=10"),
    )
    rows = landed(put(OPEN_INTEREST, venues, "2026-01-10", "2026-01-12"))
    assert rows["snapshot_at"].dt.day().to_list() == [13, 12, 11, 10]
    assert [params.get("cursor") for _, params in venues.asked] == [None, "lastid=7&lasttime=12"]
    params = venues.asked[0][1]
    assert (params["intervalTime"], params["limit"]) == ("1d", 200)
    assert params["startTime"] == ms("2026-01-10")
    assert params["endTime"] == ms("2026-01-13T01:00") - 1


def test_a_venue_without_a_further_cursor_has_no_more():
    venues = answering([snapshot(ms("2026-01-12"))], nextPageCursor="")
    assert landed(put(OPEN_INTEREST, venues, "2026-01-01", "2026-01-12")).height == 1
    assert len(venues.asked) == 1


def test_a_venue_that_repeats_a_page_under_a_new_cursor_is_refused():
    full = [snapshot(ms("2026-01-13") - n) for n in range(200)]
    venues = ScriptedVenues(lambda url, params: ok(full, nextPageCursor=f"{params.get('cursor', '')}x"))
    with pytest.raises(RequestRefused, match="nothing older than asked for"):
        fetched(put(OPEN_INTEREST, venues, "2025-01-01", "2026-01-12"))
    assert len(venues.asked) == 2


def test_the_newest_snapshot_is_asked_for_once_more_a_day_later():
    def until(*stamps):
        return answering([snapshot(ms(stamp)) for stamp in stamps], nextPageCursor="")

    first = put(OPEN_INTEREST, until("2026-02-01", "2026-01-31"), "2026-01-31", "2026-01-31", now="2026-02-01T05:30")
    fetched(first)
    venues = until("2026-02-02", "2026-02-01")
    fetched(put(OPEN_INTEREST, venues, "2026-01-31", "2026-02-01", now="2026-02-02T05:30", held=first.held))
    assert [params["startTime"] for _, params in venues.asked] == [ms("2026-02-01")]


def test_the_snapshot_at_midnight_closes_the_day_and_is_awaited():
    def until(last):
        stamps = [ms("2026-02-01"), ms("2026-01-31"), ms("2026-01-30")]
        return answering([snapshot(stamp) for stamp in stamps if stamp <= last], nextPageCursor="")

    request = put(OPEN_INTEREST, until(ms("2026-01-31")), "2026-01-30", "2026-01-31", now="2026-02-01T00:10")
    fetched(request)
    late = put(OPEN_INTEREST, until(ms("2026-02-01")), "2026-01-30", "2026-01-31", held=request.held)
    assert datetime(2026, 2, 1) in landed(late)["snapshot_at"].to_list()
    assert late.feed.day_of(datetime(2026, 2, 1)) == datetime(2026, 1, 31).date()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (snapshot(ms("2026-01-11"), both="0"), "open_interest_both_sides_coin: positive"),
        (snapshot(ms("2026-01-11"), both="10", one="11"), "one side above both"),
        (snapshot(ms("2026-01-11"), both="", one=None), "no open interest"),
        (snapshot(ms("2026-01-11"), one="half"), "open_interest_coin: unparsable"),
    ],
)
def test_an_open_interest_that_cannot_be_is_quarantined(row, reason):
    request = put(OPEN_INTEREST, answering([row]))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


# --- answers of another kind


@pytest.mark.parametrize("feed", [KLINES, FUNDING, OPEN_INTEREST])
def test_a_window_without_rows_is_asked_for_again(feed):
    request = put(feed, answering([]))
    assert landed(request).is_empty()
    assert request.held.missing("BTCUSDT/1h" if feed == KLINES else "BTCUSDT", request.window) == [request.window]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ok([snapshot(ms("2026-01-10"))], category="inverse"), "asked for the category linear, got inverse"),
        (ok([snapshot(ms("2026-01-10"))], symbol="ETHUSDT"), "asked for the symbol BTCUSDT, got ETHUSDT"),
        (ok([settlement(ms("2026-01-10"), symbol="SOLUSDT")]), "asked for the symbol BTCUSDT, got SOLUSDT"),
        (ok(["row"]), "expected a list of rows"),
        ({"retCode": 0, "result": {}}, "expected a list of rows"),
        ({"retCode": 0, "result": None}, "expected a list of rows"),
        ([], "expected a retCode"),
    ],
)
def test_an_answer_about_something_else_is_refused(answer, words):
    with pytest.raises(RequestRefused, match=words):
        fetched(put(OPEN_INTEREST, ScriptedVenues(lambda url, params: answer)))


def test_a_refused_symbol_costs_that_symbol_alone():
    def one_alone(url, params):
        return settlements_between(url, params) if params["symbol"] == "BTCUSDT" else {"retCode": 10001, "retMsg": "no"}

    request = put(FUNDING, ScriptedVenues(one_alone))
    request.instruments = (Instrument("LUNAUSDT", "LUNA", "perpetual", margin_type="linear"), *request.instruments)
    assert conformed(request, list(request.feed.fetch(request))).rows.height == 4
    assert set(request.refused) == {"LUNAUSDT"}


def test_a_spot_instrument_has_no_category_here():
    with pytest.raises(CatalogueBroken, match="give it a margin type"):
        fetched(put(FUNDING, answering([]), margin_type=None))


@pytest.mark.parametrize(
    ("code", "kind", "asked"),
    [(10001, RequestRefused, 1), (10006, VenueFailing, 12), (10018, VenueFailing, 12), (10016, VenueFailing, 12),
     (10009, Banned, 1), (10024, GeoBlocked, 1), (99999, RequestRefused, 1)],
)  # fmt: skip
def test_error_codes_under_http_200_are_told_apart(relay, code, kind, asked):
    relay.answers(f"{URL}/kline", json.dumps({"retCode": code, "retMsg": "no", "result": {}}))
    with pytest.raises(kind, match=f"retCode {code}: no") as raised:
        relay.session.get_json(f"{URL}/kline", judge=rest.judge)
    assert type(raised.value) is kind
    assert len(relay.asked) == asked


def test_the_catalogue_asks_for_linear_and_inverse_contracts_of_one_coin_or_one_dollar():
    for feed in (KLINES, FUNDING, OPEN_INTEREST):
        listed = {i.symbol: (i.asset, i.margin_type, i.contract_size) for i in load_catalogue().instruments[feed]}
        for asset in ("BTC", "ETH", "SOL"):
            assert listed[f"{asset}USDT"] == (asset, "linear", 1.0)
            assert listed[f"{asset}USD"] == (asset, "inverse", 1.0)


# --- whatever the order

STAMPS = st.lists(st.integers(0, 47), min_size=1, max_size=30)


@given(STAMPS, st.randoms(), st.integers(1, 5))
def test_order_duplicates_and_the_size_of_pages_change_no_landed_row(hours, random, size):
    first = ms("2026-01-10")
    shuffled = [bar(first + hour * HOUR, volume=str(hour)) for hour in hours]
    random.shuffle(shuffled)

    def cut(limit):
        def answer(url, params):
            found = [row for row in shuffled if params["start"] <= int(row[0]) <= params["end"]]
            newest = sorted({int(row[0]) for row in found}, reverse=True)[:limit]
            return ok([row for row in found if int(row[0]) in newest] if params["interval"] == "60" else [])

        return landed(put(KLINES, ScriptedVenues(answer), "2026-01-10", "2026-01-11")).unique().sort("open_at")

    rows = cut(size)
    assert rows.equals(cut(1000))
    assert rows["volume_coin"].to_list() == sorted(map(float, set(hours)))


# --- recorded samples


def sample(api_samples, name: str) -> dict:
    return json.loads((api_samples / "bybit" / name).read_text())


def test_the_recorded_inverse_bars_keep_their_values(api_samples):
    body = sample(api_samples, "kline_inverse.json")
    venues = ScriptedVenues(lambda url, params: body if params["interval"] == "60" else ok([]))
    request = put(KLINES, venues, "2022-12-09", "2022-12-09", symbol="BTCUSD", margin_type="inverse")
    rows = landed(request)
    published = body["result"]["list"]
    assert len(rows) == len(published) > 0
    for row, one in zip(rows.rows(named=True), published, strict=True):
        assert row["open_at"].replace(tzinfo=UTC).timestamp() * 1000 == int(one[0])
        assert [row[c] for c in ("open", "high", "low", "close")] == [float(cell) for cell in one[1:5]]
        assert (row["volume_usd"], row["volume_coin"]) == (float(one[5]), float(one[6]))
        assert row["low"] <= row["volume_usd"] / row["volume_coin"] <= row["high"]


def test_the_recorded_settlement_keeps_its_values(api_samples):
    body = sample(api_samples, "funding_history.json")
    (published,) = body["result"]["list"]
    day = datetime.fromtimestamp(int(published["fundingRateTimestamp"]) / 1000, UTC).date()
    venues = ScriptedVenues(lambda url, params: body)
    rows = landed(put(FUNDING, venues, str(day), str(day), symbol=published["symbol"])).unique()
    assert rows.rows() == [
        (published["symbol"], datetime(day.year, day.month, day.day, 8), float(published["fundingRate"]))
    ]


def test_the_recorded_open_interest_is_in_usd_and_one_side_is_half_of_both(api_samples):
    body = sample(api_samples, "open_interest_inverse.json")
    published = body["result"]["list"]
    last = at("1970-01-01") + timedelta(milliseconds=int(published[0]["timestamp"]))
    first = at("1970-01-01") + timedelta(milliseconds=int(published[-1]["timestamp"]))
    request = put(OPEN_INTEREST, ScriptedVenues(lambda url, params: body), f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}",
                  symbol="BTCUSD", margin_type="inverse", now="2026-11-22")  # fmt: skip
    rows = landed(request)
    assert rows["open_interest_both_sides_usd"].to_list() == [float(one["openInterest"]) for one in published]
    assert rows["open_interest_usd"].to_list() == [float(one["singleOpenInterest"]) for one in published]
    assert rows["open_interest_coin"].null_count() == rows["open_interest_both_sides_coin"].null_count() == rows.height
    halves = rows["open_interest_both_sides_usd"] / rows["open_interest_usd"]
    assert halves.is_between(1.9999, 2.0001).all()
    assert body["result"]["nextPageCursor"].count("%3D") == 2  # encoded, as the paging takes it


def test_the_recorded_rate_limit_is_tried_again(relay, api_samples):
    relay.answers(f"{URL}/kline", json.dumps(sample(api_samples, "error_rate_limit.json")))
    with pytest.raises(VenueFailing, match="retCode 10006: Too many visits!, 12 times"):
        relay.session.get_json(f"{URL}/kline", judge=rest.judge)
