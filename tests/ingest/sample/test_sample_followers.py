"""The further assets of the simulated market: offered when they are chosen, and the same every time."""

import hashlib
from datetime import date

import pytest

from ingest.market import Market
from ingest.sample import FIRST_DAY, LAST_DAY, SimulatedMarket
from ingest.sample.followers import FOLLOWERS
from ingest.selection import Chosen, Selection
from warehouse.choosing import market_catalogue

FUTURES = "https://fapi.binance.com"
SPOT = "https://data-api.binance.vision/api/v3/klines"
VISION = "https://data.binance.vision/data/futures/um"
FLUSH = date(2026, 2, 1)
FEBRUARY_1, FEBRUARY_2 = 1769904000000, 1769990400000
ARCHIVES = (
    "monthly/klines/SOLUSDT/1d/SOLUSDT-1d-2025-10.zip",
    "daily/metrics/1000SHIBUSDT/1000SHIBUSDT-metrics-2025-10-10.zip",
    "monthly/fundingRate/TRXUSDT/TRXUSDT-fundingRate-2025-10.zip",
)
# The first 16 digits of each archive's sha256, and what two coins did on the day of the flush.
GOLDEN_DIGESTS = ("db45ec1f3ed0fb68", "358dfa2bbaadca51", "70c4a79972f749a2")
GOLDEN_BARS = {
    "SOLUSDT": ("127.52", "129.32", "117.16", "120.26", 84651517.503, 78995509.729, 899051.298, 134340.999),
    "1000SHIBUSDT": (
        "0.018568",
        "0.018763",
        "0.017441",
        "0.017781",
        15804767630.784,
        14622349699.117,
        168366414.541,
        25158199.874,
    ),
}


def chosen_catalogue(names):
    return market_catalogue(Market("sample"), None, Chosen(Selection.parse(names), tuple(names.split(","))))


def contracts(venues):
    return {one["symbol"]: one for one in venues.json(f"{FUTURES}/fapi/v1/exchangeInfo")["symbols"]}


def bars(venues, symbol, first, last, interval="1d"):
    asked = {"interval": interval, "startTime": first, "endTime": last - 1, "limit": 1000}
    return venues.json(f"{FUTURES}/fapi/v1/klines", symbol=symbol, **asked)


def test_there_are_forty_and_forty_assets_are_traded_at_the_end(venues):
    assert len(FOLLOWERS) == 40
    listed = contracts(venues)
    assert len(listed) == 42
    assert sum(one["status"] == "TRADING" for one in listed.values()) == 40


def test_chosen_assets_have_their_perpetual_and_no_other_contract():
    offered = chosen_catalogue("BTC,SOL,SHIB")
    assert offered.assets == ("BTC", "SHIB", "SOL")
    further = {i.instrument for listed in offered.instruments.values() for i in listed if i.venue and i.asset != "BTC"}
    assert further == {"SOLUSDT", "1000SHIBUSDT"}
    shib = {feed: i for feed, listed in offered.instruments.items() for i in listed if i.venue and i.asset == "SHIB"}
    assert {i.coin_multiple for i in shib.values()} == {1000}
    assert shib["coinalyze_liquidations"].symbol == "1000SHIBUSDT_PERP.A"
    assert "coinalyze_open_interest" in shib


@pytest.mark.parametrize("code", FOLLOWERS)
def test_every_asset_can_be_chosen_and_has_rows_while_it_is_traded(code, venues):
    follower = FOLLOWERS[code]
    (instrument,) = chosen_catalogue(code).instruments["binance_um_klines"]
    assert (instrument.symbol, instrument.asset) == (follower.symbol, code)
    last = follower.delisted or LAST_DAY
    days = list(venues.market.asset(code).days)
    assert (days[0], days[-1]) == (follower.listed, follower.delisted or date(2026, 2, 2))
    for measure in ("open-interest-history", "liquidation-history", "funding-rate-history"):
        (row,) = venues.coinalyze(measure, f"{follower.symbol}_PERP.A", str(last), str(last))
        assert row


def test_an_asset_that_is_not_asked_for_is_not_made():
    market = SimulatedMarket(7)
    market.asset("BTC")
    market.asset("SOL")
    assert set(market._assets) == {"BTC", "SOL"}


def test_the_same_seed_gives_the_same_coins_whatever_was_asked_first(open_market):
    def digests(venues, paths):
        return {path: hashlib.sha256(venues.get(f"{VISION}/{path}").content).hexdigest()[:16] for path in paths}

    one, other = digests(open_market(), ARCHIVES), digests(open_market(), ARCHIVES[::-1])
    assert one == other
    assert tuple(one.values()) == GOLDEN_DIGESTS
    assert digests(open_market(seed=8), ARCHIVES) != one


def test_a_day_that_has_left_the_memory_is_made_again_equal(venues):
    series = SimulatedMarket(7).asset("SOL")
    before = list(series.hours("perpetual", FIRST_DAY))
    for day in series.days:
        series.hours("perpetual", day)
    assert series.hours("perpetual", FIRST_DAY) == before


def test_the_figures_of_the_flush(venues):
    for symbol, expected in GOLDEN_BARS.items():
        (bar,) = bars(venues, symbol, FEBRUARY_1, FEBRUARY_2)
        (held,) = venues.coinalyze("open-interest-history", f"{symbol}_PERP.A", str(FLUSH), str(FLUSH))
        (closed,) = venues.coinalyze("liquidation-history", f"{symbol}_PERP.A", str(FLUSH), str(FLUSH))
        assert (*bar[1:5], held["o"], held["c"], closed["l"], closed["s"]) == expected


def test_most_coins_share_the_flush_and_some_do_not(venues):
    fell = {}
    for code in FOLLOWERS:
        if day := venues.market.asset(code).days.get(FLUSH):
            fell[code] = day.linear_coin / day.linear_open_coin < 0.97 and day.return_fraction < 0
    assert len(fell) == 38
    assert 26 <= sum(fell.values()) <= 36


def test_a_coin_moves_with_bitcoin_as_its_beta_says(venues):
    bitcoin = venues.market.asset("BTC").days
    for code in ("SOL", "DOGE", "TRX"):
        days = [day for day in venues.market.asset(code).days.values() if day.day in bitcoin]
        moves = [(bitcoin[day.day].return_fraction, day.return_fraction) for day in days]
        slope = sum(x * y for x, y in moves) / sum(x * x for x, _ in moves)
        assert slope == pytest.approx(FOLLOWERS[code].beta, abs=0.25)


def test_a_multiple_is_a_symbol_of_its_own(venues):
    assert contracts(venues)["1000SHIBUSDT"]["baseAsset"] == "1000SHIB"
    response = venues.get(f"{FUTURES}/fapi/v1/klines", symbol="SHIBUSDT", interval="1d")
    assert (response.status_code, response.json()["code"]) == (400, -1121)


def test_a_listing_and_a_delisting_bound_the_rows_and_are_in_the_list(venues, open_market):
    for code in ("PUMP", "EOS"):
        follower = FOLLOWERS[code]
        first, last = follower.listed, follower.delisted or LAST_DAY
        rows = bars(venues, follower.symbol, 0, FEBRUARY_2)
        assert len(rows) == (last - first).days + 1
        hours = bars(venues, follower.symbol, rows[-1][0], FEBRUARY_2, "1h")
        assert len(hours) == 24
    ended = contracts(venues)["EOSUSDT"]
    assert (ended["status"], ended["deliveryDate"]) == ("SETTLING", rows[-1][0] + 86_400_000)
    before = contracts(open_market(now="2025-05-01T00:00"))
    assert "PUMPUSDT" not in before
    assert before["EOSUSDT"]["status"] == "TRADING"


def test_five_minute_open_interest_ends_where_the_daily_series_says(venues):
    path = "futures/um/daily/metrics/1000SHIBUSDT/1000SHIBUSDT-metrics-2026-02-01.zip"
    _, *rows = venues.archive(path)
    (daily,) = venues.coinalyze("open-interest-history", "1000SHIBUSDT_PERP.A", str(FLUSH), str(FLUSH))
    assert len(rows) == 288
    assert float(rows[-1][2]) == daily["c"]


@pytest.mark.parametrize(("symbol", "day"), [("EOSUSDT", "2025-05-22"), ("PUMPUSDT", "2025-01-01")])
def test_there_is_no_archive_of_a_day_without_the_contract(venues, symbol, day):
    for kind in ("metrics", "klines"):
        folder, what = (f"{symbol}/1h", "1h") if kind == "klines" else (symbol, kind)
        assert venues.get(f"{VISION}/daily/{kind}/{folder}/{symbol}-{what}-{day}.zip").status_code == 404


def test_further_assets_have_no_spot_pair(venues):
    assert venues.get(SPOT, symbol="SOLUSDT", interval="1d").json()["code"] == -1121
    archive = "https://data.binance.vision/data/spot/monthly/klines/SOLUSDT/1d/SOLUSDT-1d-2025-10.zip"
    assert venues.get(archive).status_code == 404
