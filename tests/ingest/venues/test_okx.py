"""OKX: UTC days, rates that were paid, sizes in contracts, a sell closes a long, and what is kept for 24 hours only."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_venues import ScriptedVenues, asking, at, conformed, days, fetched, landed, ms, parts_of
from werkzeug import Response

from ingest.errors import RequestRefused, VenueFailing
from ingest.feeds import load_catalogue
from ingest.venues.okx import funding, klines, liquidations, open_interest, rest
from ingest.windows import Window, milliseconds

KLINES, FUNDING, OPEN_INTEREST, LIQUIDATIONS = (
    f"okx_{series}" for series in ("klines", "funding", "open_interest", "liquidations")
)
SYMBOL = "BTC-USDT-SWAP"
DAY, HOUR = 86_400_000, 3_600_000
URL = "https://www.okx.com/api/v5"


def put(feed, venues, first="2026-01-10", last="2026-01-10", **more):
    return asking(feed, venues, days(first, last), **{"symbols": (SYMBOL,), **more})


def ok(rows: list) -> dict:
    return {"code": "0", "msg": "", "data": rows}


def answering(*rows) -> ScriptedVenues:
    """These rows at first, and nothing older."""
    told = iter([list(rows)])
    return ScriptedVenues(lambda url, params: ok(next(told, [])))


def bar(stamp: int, confirm: str | None = "1", prices=("80000", "81000", "79000", "80500")) -> list[str]:
    return [str(stamp), *prices, "1200", "12", "966000", *([] if confirm is None else [confirm])]


def settlement(stamp: int, realized="0.0001", predicted="0.0002", symbol=SYMBOL) -> dict[str, str]:
    return {"instType": "SWAP", "instId": symbol, "fundingTime": str(stamp), "realizedRate": realized,
            "fundingRate": predicted, "method": "current_period"}  # fmt: skip


def event(stamp: int, side="sell", position="long", size="50", price="79000.5") -> dict[str, str]:
    return {"ts": str(stamp), "time": str(stamp), "side": side, "posSide": position, "sz": size, "bkPx": price,
            "bkLoss": "0", "ccy": ""}  # fmt: skip


def group(*events: dict, symbol=SYMBOL) -> dict:
    return {"instId": symbol, "instType": "SWAP", "uly": symbol.removesuffix("-SWAP"), "details": list(events)}


def days_before(row):
    """Daily rows as the venue serves them: the newest first, stamped before `after` or `end`."""

    def answer(url, params):
        end = params.get("after") or params["end"]
        newest = (end - 1) // DAY * DAY
        return ok([row(newest - n * DAY) for n in range(params["limit"])])

    return answer


# --- bars


def test_days_are_utc_days_and_are_walked_back_in_pages_of_a_hundred():
    venues = ScriptedVenues(days_before(bar))
    rows = landed(put(KLINES, venues, "2025-08-01", "2025-12-31"))
    kept = rows.filter(rows["open_at"].is_between(datetime(2025, 8, 1), datetime(2025, 12, 31)))
    assert kept["open_at"].n_unique() == kept.height == 153
    assert venues.asked == [
        (f"{URL}/market/history-candles", {"instId": SYMBOL, "bar": "1Dutc", "after": after, "limit": 100})
        for after in (ms("2026-01-01"), ms("2026-01-01") - 100 * DAY)
    ]


def test_a_bar_has_its_volume_in_contracts_coins_and_usd():
    assert landed(put(KLINES, answering(bar(ms("2026-01-10"))))).rows() == [
        (SYMBOL, datetime(2026, 1, 10), 80000.0, 81000.0, 79000.0, 80500.0, 1200.0, 12.0, 966000.0)
    ]


@pytest.mark.parametrize("confirm", ["0", "1", None])
def test_the_day_that_is_still_running_is_dropped_however_it_is_marked(confirm):
    venues = answering(bar(ms("2026-02-02"), confirm), bar(ms("2026-02-01")))
    request = put(KLINES, venues, "2026-02-01", "2026-02-02")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-02", "2026-02-02")]


def test_a_day_that_is_over_but_not_confirmed_is_asked_for_again():
    request = put(KLINES, answering(bar(ms("2026-02-01"), "0"), bar(ms("2026-01-31"))), "2026-01-31", "2026-02-01")
    assert landed(request)["open_at"].to_list() == [datetime(2026, 1, 31)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-01", "2026-02-01")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (bar(ms("2026-01-09T16:00")), "not a UTC day"),
        (bar(ms("2026-01-10"), prices=("1", "2", "3", "2")), "high below low"),
        (bar(ms("2026-01-10"), prices=("5", "4", "3", "4")), "open or close outside high and low"),
        (bar(ms("2026-01-10"), prices=("0", "2", "0", "1")), "open: positive"),
        (bar(ms("2026-01-10"))[:6], "volume_coin: missing"),
        (["noon", *bar(0)[1:]], "open_at: missing"),
    ],
)
def test_a_bar_that_cannot_be_is_quarantined(row, reason):
    request = put(KLINES, answering(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


# --- funding


def test_the_rate_is_the_one_that_was_paid_not_the_one_predicted():
    rows = landed(put(FUNDING, answering(settlement(ms("2026-01-10T08:00") + 12, "-0.0003", "0.0007"))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 1, 10, 8), -0.0003, 0.0007)]


def settlements_before(url, params):
    newest = (params["after"] - 1) // (8 * HOUR) * 8 * HOUR
    return ok([settlement(newest - n * 8 * HOUR) for n in range(params["limit"])])


def test_settlements_are_asked_for_only_as_far_back_as_the_venue_keeps_them():
    venues = ScriptedVenues(settlements_before)
    request = put(FUNDING, venues, "2025-01-01", "2026-02-01")
    rows = landed(request)
    assert rows["settled_at"].max() == datetime(2026, 2, 2)
    assert len(venues.asked) == 3  # 92 days of three settlements, a hundred at a time
    again = ScriptedVenues(settlements_before)
    assert fetched(put(FUNDING, again, "2025-01-01", "2026-02-01", held=request.held)) == []
    assert again.asked == []


def test_a_window_that_the_venue_has_forgotten_is_not_asked_for():
    venues = ScriptedVenues(settlements_before)
    assert fetched(put(FUNDING, venues, "2025-01-01", "2025-03-01")) == []
    assert venues.asked == []


@pytest.mark.parametrize(
    ("realized", "reason"), [("", "funding_rate: missing"), ("free", "unparsable"), ("0.2", "within -0.1 to 0.1")]
)
def test_a_rate_that_cannot_be_is_quarantined(realized, reason):
    request = put(FUNDING, answering(settlement(ms("2026-01-10"), realized)))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_settlements_of_another_instrument_are_refused():
    with pytest.raises(RequestRefused, match="asked for BTC-USDT-SWAP, got ETH-USDT-SWAP"):
        fetched(put(FUNDING, answering(settlement(ms("2026-01-10"), symbol="ETH-USDT-SWAP"))))


# --- open interest


def held_open(stamp: int, contracts="2800000.5") -> list[str]:
    return [str(stamp), contracts, "28000.005", "2240000400"]


def test_a_day_has_contracts_coins_and_usd_and_no_start_is_asked_for():
    venues = ScriptedVenues(days_before(held_open))
    rows = landed(put(OPEN_INTEREST, venues))
    assert rows.row(0) == (SYMBOL, datetime(2026, 1, 10), 2800000.5, 28000.005, 2240000400.0)
    path = "rubik/stat/contracts/open-interest-history"
    assert venues.asked == [
        (f"{URL}/{path}", {"instId": SYMBOL, "period": "1Dutc", "end": ms("2026-01-11"), "limit": 100})
    ]


def test_the_running_day_has_no_open_interest_yet():
    venues = answering(held_open(ms("2026-02-02")), held_open(ms("2026-02-01")))
    request = put(OPEN_INTEREST, venues, "2026-02-01", "2026-02-02")
    assert landed(request)["period_start_at"].to_list() == [datetime(2026, 2, 1)]
    assert request.held.missing(SYMBOL, request.window) == [days("2026-02-02", "2026-02-02")]


def test_what_is_older_than_the_venue_goes_back_stays_missing_and_is_not_asked_for_again():
    def last_hundred(url, params):
        rows = days_before(held_open)(url, params)["data"]
        return ok([row for row in rows if int(row[0]) >= ms("2025-10-25")])

    request = put(OPEN_INTEREST, ScriptedVenues(last_hundred), "2025-01-01", "2026-01-10")
    assert landed(request)["period_start_at"].min() == datetime(2025, 10, 25)
    again = ScriptedVenues(last_hundred)
    assert fetched(put(OPEN_INTEREST, again, "2025-01-01", "2026-01-10", held=request.held)) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (held_open(ms("2026-01-09T16:00")), "not a UTC day"),
        (held_open(ms("2026-01-10"), "0"), "open_interest_contracts: positive"),
        (held_open(ms("2026-01-10"))[:3], "open_interest_usd: missing"),
    ],
)
def test_an_open_interest_that_cannot_be_is_quarantined(row, reason):
    request = put(OPEN_INTEREST, answering(row))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


# --- liquidations

NOW = "2026-02-02T04:00"
NOON = ms("2026-02-01T12:00")


@pytest.mark.parametrize(
    ("side", "published", "closed"),
    [
        ("sell", "long", "long"),
        ("buy", "short", "short"),
        ("sell", "net", "long"),
        ("buy", "net", "short"),
        ("sell", "", "long"),
        ("buy", "", "short"),
    ],
)
def test_a_sell_closes_a_long_and_a_buy_a_short(side, published, closed):
    rows = landed(put(LIQUIDATIONS, answering(group(event(NOON, side, published)))))
    assert rows.rows() == [(SYMBOL, datetime(2026, 2, 1, 12), side, closed, 50.0, 79000.5)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (event(NOON, "sell", "short"), "position_side: missing"),
        (event(NOON, "buy", "long"), "position_side: missing"),
        (event(NOON, "close"), "order_side: none of buy, sell"),
        (event(NOON, size="0"), "contracts: positive"),
        (event(NOON, price=""), "bankruptcy_price: missing"),
    ],
)
def test_an_event_that_cannot_be_is_quarantined(broken, reason):
    request = put(LIQUIDATIONS, answering(group(broken)))
    done = conformed(request, fetched(request))
    assert done.rows.is_empty()
    assert reason in done.quarantined["reason"].item()


def test_the_last_24_hours_are_asked_for_whatever_the_window():
    """The hours after midnight belong to no window yet, and are gone when the next one is asked for."""
    tonight = ms("2026-02-02T03:59:59")
    venues = answering(group(event(tonight), event(NOON)))
    rows = landed(put(LIQUIDATIONS, venues, "2025-01-01", "2025-01-02", now=NOW))
    assert rows["happened_at"].to_list() == [datetime(2026, 2, 2, 3, 59, 59), datetime(2026, 2, 1, 12)]
    assert venues.asked[0] == (
        f"{URL}/public/liquidation-orders",
        {"instType": "SWAP", "state": "filled", "uly": "BTC-USDT", "after": ms(NOW) + 1, "limit": 100},
    )


def test_contracts_of_another_size_under_the_same_underlying_are_left_out():
    mixed = [
        group(event(NOON, size="7"), symbol="BTC-USD-SWAP"),
        group(event(NOON, size="9"), symbol="BTC-USD_UM-SWAP"),
    ]
    rows = landed(put(LIQUIDATIONS, answering(*mixed), symbols=("BTC-USD-SWAP",)))
    assert rows["contracts"].to_list() == [7.0]


def events_before(events: list[dict]):
    """Events as the venue serves them: the newest hundred stamped before `after`, that millisecond left out."""

    def answer(url, params):
        older = sorted((e for e in events if int(e["ts"]) < params["after"]), key=lambda e: -int(e["ts"]))
        return ok([group(*older[: params["limit"]])] if older else [])

    return answer


def test_a_page_that_ends_within_a_millisecond_loses_none_of_its_events():
    events = [event(NOON + n // 3, size=str(n + 1)) for n in range(250)]
    venues = ScriptedVenues(events_before(events))
    assert sorted(landed(put(LIQUIDATIONS, venues))["contracts"]) == [float(n + 1) for n in range(250)]


def test_a_poll_answers_for_what_lies_between_its_first_and_its_last_event():
    request = put(LIQUIDATIONS, answering(group(event(NOON + 5000), event(NOON))), now=NOW)
    (part,) = parts_of(fetched(request))
    noon = at("2026-02-01T12:00")
    assert part.window == Window(noon, noon + timedelta(seconds=5, milliseconds=1))


def test_the_next_poll_asks_for_no_more_than_what_came_since():
    events = [event(ms(NOW) - n * HOUR // 10, size=str(n + 1)) for n in range(239)]
    request = put(LIQUIDATIONS, ScriptedVenues(events_before(events)), now=NOW)
    fetched(request)
    later = "2026-02-02T05:00"
    fresh = event(ms("2026-02-02T04:30"), size="900")
    venues = ScriptedVenues(events_before([fresh, *events]))
    assert 900.0 in landed(put(LIQUIDATIONS, venues, now=later, held=request.held))["contracts"].to_list()
    assert len(venues.asked) == 2  # since the last event, and the hour that has left the 24 since


@pytest.mark.parametrize("groups", [[{"instId": SYMBOL}], [{"details": [1]}], [[]], "none"])
def test_an_answer_without_details_is_refused(groups):
    with pytest.raises(RequestRefused, match="expected"):
        fetched(put(LIQUIDATIONS, ScriptedVenues(lambda url, params: {"code": "0", "data": groups})))


def test_an_endpoint_that_is_gone_is_refused_at_once(relay):
    relay.answers(f"{URL}/{liquidations.PATH}", Response('{"code": "50001", "msg": "gone", "data": []}', status=404))
    with pytest.raises(RequestRefused, match="code 50001: gone"):
        fetched(put(LIQUIDATIONS, relay.session))
    assert len(relay.asked) == 1


# --- answers of another kind


@pytest.mark.parametrize("feed", [KLINES, FUNDING, OPEN_INTEREST, LIQUIDATIONS])
def test_an_answer_without_rows_covers_nothing(feed):
    request = put(feed, answering())
    (part,) = parts_of(fetched(request))
    assert (part.rows, bool(part.window)) == (0, False)


@pytest.mark.parametrize("body", [ok(["row"]), {"code": "0", "data": None}, {"data": []}, []])
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(RequestRefused, match="expected a"):
        fetched(put(KLINES, ScriptedVenues(lambda url, params: body)))


def test_a_refused_instrument_costs_that_instrument_alone():
    def one_alone(url, params):
        return settlements_before(url, params) if params["instId"] == SYMBOL else {"code": "51001", "msg": "unknown"}

    request = put(FUNDING, ScriptedVenues(one_alone), symbols=("LUNA-USDT-SWAP", SYMBOL))
    assert conformed(request, list(request.feed.fetch(request))).rows.height > 0
    assert "code 51001: unknown" in str(request.refused["LUNA-USDT-SWAP"])
    assert set(request.refused) == {"LUNA-USDT-SWAP"}


@pytest.mark.parametrize(
    ("code", "kind", "asked"),
    [
        ("51001", RequestRefused, 1),
        ("50030", RequestRefused, 1),
        ("50011", VenueFailing, 12),
        ("50013", VenueFailing, 12),
    ],
)
def test_error_codes_under_http_200_are_told_apart(relay, code, kind, asked):
    relay.answers(f"{URL}/x", json.dumps({"code": code, "msg": "no", "data": []}))
    with pytest.raises(kind, match=f"code {code}: no") as raised:
        relay.session.get_json(f"{URL}/x", judge=rest.judge)
    assert type(raised.value) is kind
    assert len(relay.asked) == asked


# --- whatever the order


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 9)), min_size=1, max_size=40), st.randoms(),
       st.integers(10, 100))  # fmt: skip
def test_order_duplicates_and_the_size_of_pages_change_no_landed_event(found, random, size):
    events = [event(NOON + 60_000 * minute // 60, size=str(contracts)) for minute, contracts in found]
    random.shuffle(events)

    def cut(limit):
        told = events_before(events)
        venues = ScriptedVenues(lambda url, params: told(url, {**params, "limit": limit}))
        return landed(put(LIQUIDATIONS, venues, now=NOW)).sort("happened_at", "contracts")

    whole = cut(100)
    assert whole.height == len(set(found))
    # Pages smaller than the events of one millisecond cannot be told from the last page; none were seen.
    most = max([stamp for stamp, _ in found].count(stamp) for stamp, _ in found)
    assert cut(max(size, most + 1)).equals(whole)


# --- recorded samples, and what a contract is


def sample(api_samples, name: str) -> list:
    body = json.loads((api_samples / "okx" / name).read_text())
    rest.judge(body, rest.HOST, name)
    return body["data"]


def contract(symbol: str) -> float:
    return next(i.contract_size for i in load_catalogue().instruments[LIQUIDATIONS] if i.symbol == symbol)


@pytest.mark.parametrize(
    ("symbol", "margin_type", "size"),
    [
        ("BTC-USDT-SWAP", "linear", 0.01),
        ("ETH-USDT-SWAP", "linear", 0.1),
        ("SOL-USDT-SWAP", "linear", 1.0),
        ("BTC-USD-SWAP", "inverse", 100.0),
        ("ETH-USD-SWAP", "inverse", 10.0),
        ("SOL-USD-SWAP", "inverse", 10.0),
    ],
)
def test_the_catalogue_says_what_a_contract_is(symbol, margin_type, size):
    for feed in (KLINES, FUNDING, OPEN_INTEREST, LIQUIDATIONS):
        (listed,) = (i for i in load_catalogue().instruments[feed] if i.symbol == symbol)
        assert (listed.instrument, listed.margin_type, listed.contract_size) == (symbol, margin_type, size)


def test_a_thousand_recorded_contracts_are_ten_bitcoin_of_longs(api_samples):
    groups = sample(api_samples, "liquidation_orders.json")
    (published,) = groups[0]["details"]
    stamp = int(published["ts"])
    now = f"{datetime.fromtimestamp(stamp / 1000, UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    (row,) = landed(put(LIQUIDATIONS, answering(*groups), now=now)).rows(named=True)
    assert milliseconds(row["happened_at"].replace(tzinfo=UTC)) == stamp
    assert (row["position_side"], row["order_side"]) == ("long", published["side"])
    assert row["contracts"] * contract(SYMBOL) == 10.0
    assert row["contracts"] * contract(SYMBOL) * row["bankruptcy_price"] == pytest.approx(635_246)


def test_the_recorded_bars_keep_their_values_and_are_no_utc_days(api_samples):
    published = sample(api_samples, "history_candles.json")
    rows = klines.parse(published, SYMBOL).rows(named=True)
    assert len(rows) == len(published) > 0
    for row, one in zip(rows, published, strict=True):
        assert milliseconds(row["open_at"].replace(tzinfo=UTC)) == int(one[0])
        assert [row[c] for c in ("open", "high", "low", "close")] == one[1:5]
        assert [row[c] for c in ("volume_contracts", "volume_coin", "volume_usd")] == one[5:8]
        assert float(row["volume_contracts"]) * contract(SYMBOL) == pytest.approx(float(row["volume_coin"]))
    request = put(KLINES, answering(*published), "2025-05-12", "2025-05-12")
    assert set(conformed(request, fetched(request)).quarantined["reason"]) == {"not a UTC day"}


def test_the_recorded_settlements_keep_the_rates_that_were_paid(api_samples):
    published = sample(api_samples, "funding_rate_history.json")
    frame = funding.parse(published, SYMBOL)
    assert frame["settled_at"].to_list() == [datetime(2024, 1, 1), datetime(2023, 12, 31, 16)]
    assert frame["funding_rate"].to_list() == [one["realizedRate"] for one in published]
    assert frame["predicted_rate"].to_list() == [one["fundingRate"] for one in published]


def test_the_recorded_open_interest_is_contracts_then_coins_then_usd(api_samples):
    (published,) = sample(api_samples, "rubik_open_interest_history.json")
    (row,) = open_interest.parse([published], SYMBOL).rows(named=True)
    assert milliseconds(row["period_start_at"].replace(tzinfo=UTC)) == int(published[0])
    contracts, coin, usd = (float(row[f"open_interest_{unit}"]) for unit in ("contracts", "coin", "usd"))
    assert (contracts, coin, usd) == tuple(map(float, published[1:]))
    assert contracts * contract(SYMBOL) == pytest.approx(coin, rel=0.001)
    assert 50_000 < usd / coin < 150_000


def test_the_recorded_unknown_instrument_is_refused(relay, api_samples):
    relay.answers(f"{URL}/x", (api_samples / "okx/error.json").read_text())
    with pytest.raises(RequestRefused, match=r"code 51001: Instrument ID.*; check the symbol in the catalogue"):
        relay.session.get_json(f"{URL}/x", judge=rest.judge)
    assert len(relay.asked) == 1
