"""Coinalyze: seconds in and out, twenty contracts a question, no running day, refusals told apart from no data."""

import json
from datetime import UTC, datetime

import pytest

from ingest.coverage import Coverage, Part
from ingest.errors import KeyMissing, RequestRefused
from ingest.feeds import feed_named
from ingest.instrument import Instrument
from ingest.landing import Landing
from ingest.pull import pull
from tests.ingest.scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of

OPEN_INTEREST, LIQUIDATIONS, FUNDING, KLINES = (
    f"coinalyze_{series}" for series in ("open_interest", "liquidations", "funding", "klines")
)
PATHS = {
    OPEN_INTEREST: "open-interest-history",
    LIQUIDATIONS: "liquidation-history",
    FUNDING: "funding-rate-history",
    KLINES: "ohlcv-history",
}
KEYS = {"COINALYZE_API_KEY": "a key of mine"}
SYMBOL = "BTCUSDT_PERP.A"


def seconds(text: str) -> int:
    return ms(text) // 1000


def answering(*rows: dict, symbol: str = SYMBOL) -> ScriptedVenues:
    return ScriptedVenues(lambda url, params: [{"symbol": symbol, "history": list(rows)}])


def put(feed: str, venues: ScriptedVenues, first="2026-01-10", last="2026-01-12", **more):
    return asking(feed, venues, days(first, last), **{"symbols": (SYMBOL,), "keys": KEYS, **more})


def bar(day: str, *values: float) -> dict:
    return {"t": seconds(day), **dict(zip("ohlc", values, strict=True))}


# --- how it asks


def test_the_window_is_asked_for_in_seconds_and_the_key_goes_in_a_header():
    venues = answering()
    fetched(put(LIQUIDATIONS, venues))
    ((url, params),) = venues.asked
    assert url == "https://api.coinalyze.net/v1/liquidation-history"
    assert params == {
        "symbols": SYMBOL, "interval": "daily", "from": seconds("2026-01-10"), "to": seconds("2026-01-13") - 1,
    }  # fmt: skip
    assert venues.headers == [{"api_key": KEYS["COINALYZE_API_KEY"]}]


def history_of(days_of: dict[str, list[str]]) -> list[dict]:
    return [
        {"symbol": symbol, "history": [{"t": seconds(day), "l": 1, "s": 2} for day in listed]}
        for symbol, listed in days_of.items()
    ]


def test_contracts_that_lack_the_same_days_are_asked_for_together_twenty_at_a_time():
    symbols = tuple(f"X{n}USDT_PERP.A" for n in range(45))
    venues = ScriptedVenues(
        lambda url, params: history_of({symbol: ["2026-01-10"] for symbol in params["symbols"].split(",")})
    )
    batches = fetched(put(LIQUIDATIONS, venues, last="2026-01-10", symbols=symbols))
    assert [len(params["symbols"].split(",")) for _, params in venues.asked] == [20, 20, 5]
    assert [batch.rows.height for batch in batches] == [20, 20, 5]
    assert [part.series for part in parts_of(batches)] == list(symbols)


def test_a_contract_that_lacks_other_days_is_asked_for_alone_and_only_for_those():
    venues = ScriptedVenues(lambda url, params: [])
    held = Coverage([Part(SYMBOL, "rest", days("2026-01-10", "2026-01-11"), 2)])
    fetched(put(LIQUIDATIONS, venues, symbols=(SYMBOL, "A", "B", "C"), held=held))
    assert [(params["symbols"], params["from"]) for _, params in venues.asked] == [
        (SYMBOL, seconds("2026-01-12")),
        ("A,B,C", seconds("2026-01-10")),
    ]


def test_a_contract_that_the_answer_leaves_out_has_no_rows_and_the_others_have_theirs():
    venues = ScriptedVenues(lambda url, params: history_of({"B": ["2026-01-10", "2026-01-11", "2026-01-12"]}))
    request = put(LIQUIDATIONS, venues, symbols=("A", "B", "C"))
    assert landed(request)["symbol"].unique().to_list() == ["B"]
    assert request.held.missing("B", request.window) == []
    assert request.held.missing("A", request.window) == [request.window]


def test_a_question_for_several_that_is_refused_is_asked_for_each_alone():
    def answer(url, params):
        symbols = params["symbols"].split(",")
        if "GONE" in symbols:
            return RequestRefused("no such symbol", host="api.coinalyze.net")
        return history_of({symbol: ["2026-01-10"] for symbol in symbols})

    request = put(LIQUIDATIONS, ScriptedVenues(answer), last="2026-01-10", symbols=("A", "GONE", "B"))
    batches = list(request.feed.fetch(request))
    assert [part.series for part in parts_of(batches)] == ["A", "B"]
    assert list(request.refused) == ["GONE"]


def test_a_broken_row_leaves_the_days_of_the_other_contracts_answered(tmp_path):
    def answer(url, params):
        assert params["symbols"] == "A,B,C"
        broken, *good = history_of({symbol: ["2026-02-01"] for symbol in "ABC"})
        broken["history"][0]["l"] = -5
        return [broken, *good]

    request = put(
        LIQUIDATIONS,
        ScriptedVenues(answer),
        "2026-02-01",
        "2026-02-01",
        symbols=("A", "B", "C"),
        now="2026-02-02T08:00",
    )
    pulled = pull(request, Landing(tmp_path))
    assert (pulled.rows, pulled.quarantined, len(pulled.segments)) == (2, 1, 1)
    assert request.held.missing("A", request.window) == [request.window]
    assert request.held.missing("B", request.window) == []


def test_contracts_that_count_in_other_units_are_not_asked_for_together():
    venues = ScriptedVenues(lambda url, params: [])
    request = put(LIQUIDATIONS, venues)
    request.instruments = tuple(
        Instrument(symbol, "BTC", "perpetual", margin_type="linear" if symbol < "a" else "inverse")
        for symbol in "AaBbCc"
    )
    fetched(request)
    assert [(p["symbols"], p.get("convert_to_usd")) for _, p in venues.asked] == [("A,B,C", None), ("a,b,c", "true")]


def test_one_or_two_contracts_are_asked_for_alone():
    venues = ScriptedVenues(lambda url, params: [])
    fetched(put(FUNDING, venues, symbols=(SYMBOL, "BTCUSD_PERP.A")))
    assert [params["symbols"] for _, params in venues.asked] == [SYMBOL, "BTCUSD_PERP.A"]


def test_without_a_key_nothing_is_asked():
    venues = answering()
    with pytest.raises(KeyMissing, match=r"set COINALYZE_API_KEY .* coinalyze.net"):
        fetched(put(FUNDING, venues, keys={}))
    assert venues.asked == []


def test_only_the_days_that_are_not_held_are_asked_for():
    request = put(LIQUIDATIONS, answering(*({"t": seconds(f"2026-01-{day}"), "l": 1, "s": 2} for day in (10, 11, 12))))
    fetched(request)
    venues = answering({"t": seconds("2026-01-13"), "l": 1, "s": 2})
    wider = put(LIQUIDATIONS, venues, last="2026-01-13", held=request.held)
    assert landed(wider)["open_at"].to_list() == [datetime(2026, 1, 13)]
    assert [params["from"] for _, params in venues.asked] == [seconds("2026-01-13")]
    venues = answering()
    assert fetched(put(LIQUIDATIONS, venues, last="2026-01-13", held=wider.held)) == []


# --- rows


@pytest.mark.parametrize("feed", [OPEN_INTEREST, FUNDING])
def test_a_bar_becomes_a_typed_row(feed):
    rows = landed(put(feed, answering(bar("2026-01-10", 5, 7.5, 4, 6), bar("2026-01-11", 6, 6, 6, 6))))
    assert rows.columns == ["symbol", "open_at", "open", "high", "low", "close"]
    assert rows.rows() == [
        (SYMBOL, datetime(2026, 1, 10), 5.0, 7.5, 4.0, 6.0),
        (SYMBOL, datetime(2026, 1, 11), 6.0, 6.0, 6.0, 6.0),
    ]


def test_longs_are_longs_and_a_zero_is_a_zero():
    rows = landed(put(LIQUIDATIONS, answering({"t": seconds("2026-01-10"), "l": 12.5, "s": 0})))
    assert rows.rows(named=True) == [
        {"symbol": SYMBOL, "open_at": datetime(2026, 1, 10), "long_coin": 12.5, "short_coin": 0.0,
         "long_usd": None, "short_usd": None}
    ]  # fmt: skip


def test_liquidations_of_an_inverse_contract_are_asked_for_in_usd_and_land_as_usd():
    venues = answering({"t": seconds("2026-01-10"), "l": 90_000.5, "s": 0}, symbol="BTCUSD_PERP.A")
    (row,) = landed(put(LIQUIDATIONS, venues, symbols=("BTCUSD_PERP.A",), margin_type="inverse")).to_dicts()
    assert [params.get("convert_to_usd") for _, params in venues.asked] == ["true"]
    assert (row["long_usd"], row["short_usd"], row["long_coin"], row["short_coin"]) == (90_000.5, 0.0, None, None)


def test_only_liquidations_of_inverse_contracts_are_asked_for_in_usd():
    for feed, margin in ((LIQUIDATIONS, "linear"), (OPEN_INTEREST, "inverse"), (KLINES, "inverse")):
        venues = answering()
        fetched(put(feed, venues, margin_type=margin))
        assert "convert_to_usd" not in venues.asked[0][1]


def test_days_of_an_inverse_contract_that_came_in_an_unnamed_unit_are_asked_for_again():
    """They are held under the symbol alone; the coverage of a linear contract goes on to count."""
    held = Coverage([Part("BTCUSD_PERP.A", "rest", days("2026-01-10", "2026-01-12"), 3)])
    for margin, times in (("inverse", 1), ("linear", 0)):
        venues = answering()
        fetched(put(LIQUIDATIONS, venues, symbols=("BTCUSD_PERP.A",), margin_type=margin, held=held))
        assert len(venues.asked) == times


def test_a_price_bar_has_its_volume_and_its_counts_where_they_are_known():
    known = {**bar("2026-01-10", 5, 7.5, 4, 6), "v": 100.5, "bv": 60.25, "tx": 7, "btx": 3}
    unknown = {**bar("2026-01-11", 5, 7.5, 4, 6), "v": 100.5}
    rows = landed(put(KLINES, answering(known, unknown)))
    assert rows.drop("symbol", "open_at").rows() == [
        (5.0, 7.5, 4.0, 6.0, 100.5, 60.25, 7, 3),
        (5.0, 7.5, 4.0, 6.0, 100.5, None, None, None),
    ]


def test_a_day_without_a_row_stays_without_one():
    venues = answering({"t": seconds("2026-01-10"), "l": 1, "s": 1}, {"t": seconds("2026-01-12"), "l": 1, "s": 1})
    assert landed(put(LIQUIDATIONS, venues))["open_at"].dt.day().to_list() == [10, 12]


def test_a_negative_funding_rate_is_a_rate():
    assert landed(put(FUNDING, answering(bar("2026-01-10", -0.01, 0.01, -0.02, 0))))["low"].item() == -0.02


def test_the_day_that_is_still_running_is_dropped_and_asked_for_again():
    venues = answering({"t": seconds("2026-02-01"), "l": 1, "s": 1}, {"t": seconds("2026-02-02"), "l": 1, "s": 1})
    request = put(LIQUIDATIONS, venues, "2026-02-01", "2026-02-02", now="2026-02-02T06:00")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-02", "2026-02-02")]


@pytest.mark.parametrize(
    ("feed", "row", "reason"),
    [
        (OPEN_INTEREST, bar("2026-01-10", 5, 7, 4, -6), "close: positive"),
        (OPEN_INTEREST, bar("2026-01-10", 5, 3, 4, 5), "high below low"),
        (FUNDING, bar("2026-01-10", 0, 11, 0, 0), "high: within -10 to 10"),
        (LIQUIDATIONS, {"t": seconds("2026-01-10"), "l": -1, "s": 1}, "long_coin: not negative"),
        (LIQUIDATIONS, {"t": seconds("2026-01-10"), "l": "lots", "s": 1}, "long_coin: unparsable"),
        (LIQUIDATIONS, {"t": seconds("2026-01-10"), "l": 1}, "short missing"),
        (LIQUIDATIONS, {"t": seconds("2100-01-01"), "l": 1, "s": 1}, "open_at: absurd timestamp"),
        (LIQUIDATIONS, {"t": ms("2026-01-10"), "l": 1, "s": 1}, "open_at: missing"),
        (LIQUIDATIONS, {"t": ms("2026-01-10") * 1_000_000, "l": 1, "s": 1}, "open_at: missing"),
        (LIQUIDATIONS, {"t": "noon", "l": 1, "s": 1}, "open_at: missing"),
    ],
)
def test_a_row_that_cannot_be_is_quarantined(feed, row, reason):
    request = put(feed, answering(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()
    assert done.quarantined["symbol"].item() == SYMBOL


# --- answers without rows, and what is no answer


@pytest.mark.parametrize("body", [[], [{"symbol": SYMBOL, "history": []}]], ids=["unknown-symbol", "no-history"])
def test_a_window_without_rows_is_asked_for_again(body):
    request = put(OPEN_INTEREST, ScriptedVenues(lambda url, params: body))
    assert landed(request).is_empty()
    assert request.held.missing(SYMBOL, request.window) == [request.window]


def test_a_recent_window_without_rows_is_asked_for_again():
    request = put(OPEN_INTEREST, answering(), "2026-02-01", "2026-02-01")
    fetched(request)
    assert request.held.missing(SYMBOL, request.window) == [request.window]


def test_the_history_of_another_contract_is_not_taken_for_this_ones():
    assert landed(put(OPEN_INTEREST, answering(bar("2026-01-10", 5, 7, 4, 6), symbol="ETHUSDT_PERP.A"))).is_empty()


@pytest.mark.parametrize(
    "body",
    [
        {"message": "too much"},
        [{"symbol": SYMBOL}],
        [{"symbol": SYMBOL, "history": None}],
        [{"symbol": SYMBOL, "history": {"t": 1}}],
        [{"symbol": SYMBOL, "history": [[1, 2, 3]]}],
        ["history"],
        "history",
        None,
    ],
)
def test_an_answer_of_another_shape_is_refused_with_what_came(body):
    with pytest.raises(RequestRefused, match=r"expected histories, got .*\(api.coinalyze.net/v1/liquidation-history\)"):
        fetched(put(LIQUIDATIONS, ScriptedVenues(lambda url, params: body)))


# --- recorded samples


@pytest.mark.parametrize(
    ("feed", "file", "fields"),
    [
        (OPEN_INTEREST, "open_interest_history.json", "ohlc"),
        (LIQUIDATIONS, "liquidation_history.json", "ls"),
        (KLINES, "ohlcv_history.json", ["o", "h", "l", "c", "v", "bv", "tx", "btx"]),
    ],
)
def test_recorded_histories_keep_their_values(api_samples, feed, file, fields):
    body = json.loads((api_samples / "coinalyze" / file).read_text())
    venues = ScriptedVenues(lambda url, params: body)
    rows = landed(put(feed, venues, "2024-06-20", "2024-06-20")).rows()
    published = body[0]["history"]
    assert len(rows) == len(published) > 0
    for row, one in zip(rows, published, strict=True):
        assert row[1].replace(tzinfo=UTC).timestamp() == one["t"]
        assert list(row[2 : 2 + len(fields)]) == [one[field] for field in fields]


def test_the_shape_of_funding_is_that_of_the_recorded_open_interest(api_samples):
    """No funding was recorded; the published interface gives it the same fields."""
    body = json.loads((api_samples / "coinalyze/open_interest_history.json").read_text())
    frame = feed_named(FUNDING).fetch.fields.frame(body[0]["history"], Instrument(SYMBOL, "BTC", "perpetual"))
    assert frame.columns == list(feed_named(FUNDING).schema.columns)
    assert frame["close"].to_list() == [str(one["c"]) for one in body[0]["history"]]


@pytest.mark.parametrize("feed", PATHS)
def test_each_series_has_its_own_address(feed):
    venues = ScriptedVenues()
    fetched(put(feed, venues))
    assert venues.asked[0][0].endswith(f"/{PATHS[feed]}")
    assert venues.asked[0][1]["from"] == int(at("2026-01-10").timestamp())
