"""One path underneath: what two interfaces say about the same thing agrees."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

FUTURES = "https://fapi.binance.com"
SPOT = "https://data-api.binance.vision/api/v3/klines"
DAY_MS, FIVE_MINUTES_MS = 86_400_000, 300_000
MARKETS = [
    ("spot", SPOT, "BTCUSDT"),
    ("futures/um", f"{FUTURES}/fapi/v1/klines", "BTCUSDT"),
    ("spot", SPOT, "ETHUSDT"),
    ("futures/um", f"{FUTURES}/fapi/v1/klines", "ETHUSDT"),
]


def stamp(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def month(venues, folder, symbol, interval, period="2025-10"):
    rows = venues.archive(f"{folder}/monthly/klines/{symbol}/{interval}/{symbol}-{interval}-{period}.zip")
    return rows if folder == "spot" else rows[1:]


@pytest.mark.parametrize(("folder", "url", "symbol"), MARKETS)
def test_daily_bars_are_made_of_the_hourly_ones(venues, folder, url, symbol):
    hours, days = month(venues, folder, symbol, "1h"), month(venues, folder, symbol, "1d")
    assert (len(hours), len(days)) == (31 * 24, 31)
    for index, day in enumerate(days):
        within = [[float(field) for field in row] for row in hours[24 * index : 24 * index + 24]]
        assert int(day[0]) == within[0][0]
        assert int(day[6]) == within[-1][6]
        assert float(day[1]) == within[0][1]
        assert float(day[2]) == max(row[2] for row in within)
        assert float(day[3]) == min(row[3] for row in within)
        assert float(day[4]) == within[-1][4]
        assert int(day[8]) == sum(row[8] for row in within)
        for column in (5, 7, 9, 10):
            assert float(day[column]) == pytest.approx(sum(row[column] for row in within), rel=1e-9)


@pytest.mark.parametrize(("folder", "url", "symbol"), MARKETS)
def test_every_bar_is_possible_and_opens_where_the_last_one_closed(venues, folder, url, symbol):
    rows = month(venues, folder, symbol, "1h")
    for row in rows:
        opened, high, low, closed, volume = map(float, row[1:6])
        assert 0 < low <= min(opened, closed) <= max(opened, closed) <= high
        assert 0 < float(row[9]) < volume
        assert low <= float(row[7]) / volume <= high
        assert int(row[8]) > 0
    assert [row[1] for row in rows[1:]] == [row[4] for row in rows[:-1]]


@pytest.mark.parametrize(("folder", "url", "symbol"), MARKETS)
def test_rest_and_archives_have_the_same_bars(venues, folder, url, symbol):
    archived = month(venues, folder, symbol, "1h")
    first, last = stamp("2025-10-01"), stamp("2025-11-01") - 1
    asked = venues.json(url, symbol=symbol, interval="1h", startTime=first, endTime=last, limit=1000)
    if folder == "spot":
        # Microseconds in the archive.
        assert [row[0] for row in archived] == [f"{row[0]}000" for row in asked]
        assert [row[6] for row in archived] == [f"{row[6]}999" for row in asked]
    else:
        assert [row[0] for row in archived] == [str(row[0]) for row in asked]
    assert [row[1:6] + row[7:] for row in archived] == [row[1:6] + row[7:8] + [str(row[8])] + row[9:] for row in asked]


def test_a_daily_archive_is_a_part_of_the_monthly_one(venues):
    whole = month(venues, "futures/um", "BTCUSDT", "1h")
    day = venues.archive("futures/um/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-10-10.zip")
    assert day[1:] == whole[9 * 24 : 10 * 24]


def test_spot_archives_change_from_milliseconds_to_microseconds_in_2025(venues):
    before = month(venues, "spot", "BTCUSDT", "1h", "2024-12")
    after = month(venues, "spot", "BTCUSDT", "1h", "2025-01")
    # The simulated market opens on 29 December.
    assert len(before) == 3 * 24
    assert (before[0][0], before[0][6]) == (str(stamp("2024-12-29")), str(stamp("2024-12-29T01:00") - 1))
    assert (after[0][0], after[0][6]) == ("1735689600000000", "1735693199999999")


@pytest.mark.parametrize("asset", ["BTC", "ETH"])
@pytest.mark.parametrize("day", ["2025-03-05", "2025-10-10", "2026-02-01"])
def test_five_minute_open_interest_ends_where_the_daily_series_says(venues, asset, day):
    symbol = f"{asset}USDT"
    header, *rows = venues.archive(f"futures/um/daily/metrics/{symbol}/{symbol}-metrics-{day}.zip")
    assert header[:4] == ["create_time", "symbol", "sum_open_interest", "sum_open_interest_value"]
    following = str(date.fromisoformat(day) + timedelta(days=1))
    assert [stamp(row[0]) for row in rows] == [stamp(day) + FIVE_MINUTES_MS * step for step in range(1, 289)]
    assert rows[-1][0] == f"{following} 00:00:00"
    (daily,) = venues.coinalyze("open-interest-history", f"{asset}USDT_PERP.A", day, day)
    values = [float(row[2]) for row in rows]
    assert values[-1] == daily["c"]
    assert max(*values, daily["o"]) == daily["h"]
    assert min(*values, daily["o"]) == daily["l"]
    assert all(float(field) > 0 for row in rows for field in row[4:])
    assert all(row[1] == symbol and len(row) == 8 for row in rows)


@pytest.mark.parametrize("asset", ["BTC", "ETH"])
def test_open_interest_in_usd_is_coins_at_the_perpetuals_price(venues, asset):
    symbol = f"{asset}USDT"
    rows = venues.archive(f"futures/um/daily/metrics/{symbol}/{symbol}-metrics-2025-10-10.zip")[1:]
    bars = venues.archive(f"futures/um/daily/klines/{symbol}/1h/{symbol}-1h-2025-10-10.zip")[1:]
    prices = [float(row[3]) / float(row[2]) for row in rows]
    for hour, bar in enumerate(bars):
        assert prices[12 * hour + 11] == pytest.approx(float(bar[4]), rel=1e-9)
        within = prices[12 * hour : 12 * hour + 12]
        assert float(bar[3]) * (1 - 1e-9) <= min(within) <= max(within) <= float(bar[2]) * (1 + 1e-9)
    usd = venues.coinalyze(
        "open-interest-history", f"{symbol}_PERP.A", "2025-10-10", "2025-10-10", convert_to_usd="true"
    )
    assert usd[0]["c"] == pytest.approx(float(rows[-1][3]), abs=0.01)


def test_the_venues_tail_of_open_interest_is_its_archive(venues):
    archived = venues.archive("futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2026-02-01.zip")[1:]
    first = stamp("2026-02-01") + FIVE_MINUTES_MS
    asked = venues.json(
        f"{FUTURES}/futures/data/openInterestHist", symbol="BTCUSDT", period="5m", startTime=first,
        endTime=stamp("2026-02-02"), limit=500,
    )  # fmt: skip
    assert [(row["timestamp"], float(row["sumOpenInterest"]), float(row["sumOpenInterestValue"])) for row in asked] == [
        (stamp(row[0]), float(row[2]), float(row[3])) for row in archived
    ]


def test_inverse_open_interest_is_whole_contracts_and_joins_from_day_to_day(venues):
    for asset, contract_size in (("BTC", 100), ("ETH", 10)):
        days = venues.coinalyze("open-interest-history", f"{asset}USD_PERP.A", "2024-12-29", "2026-02-01")
        assert len(days) == 400
        assert all(value % contract_size == 0 for day in days for value in (day["o"], day["h"], day["l"], day["c"]))
        assert all(day["l"] <= min(day["o"], day["c"]) <= max(day["o"], day["c"]) <= day["h"] for day in days)
        assert [day["o"] for day in days[1:]] == [day["c"] for day in days[:-1]]


def test_funding_settles_at_00_08_and_16_with_the_same_rates_everywhere(venues):
    rows = venues.archive("futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2026-01.zip")
    assert rows[0] == ["calc_time", "funding_interval_hours", "last_funding_rate"]
    settlements = [(int(row[0]), row[2]) for row in rows[1:]]
    assert len(settlements) == 31 * 3
    first = stamp("2026-01-01")
    assert [time // 3_600_000 * 3_600_000 for time, _ in settlements] == [first + i * 8 * 3_600_000 for i in range(93)]
    # Some milliseconds late, as the venue stamps them.
    assert all(0 <= time % 3_600_000 < 1_000 for time, _ in settlements)
    asked = venues.json(
        f"{FUTURES}/fapi/v1/fundingRate",
        symbol="BTCUSDT",
        startTime=first,
        endTime=stamp("2026-02-01") - 1,
        limit=1000,
    )
    assert [(row["fundingTime"], row["fundingRate"]) for row in asked] == settlements
    percent = [round(100 * float(rate), 6) for _, rate in settlements]
    days = venues.coinalyze("funding-rate-history", "BTCUSDT_PERP.A", "2026-01-01", "2026-01-31")
    assert [(day["o"], day["c"]) for day in days] == list(zip(percent[::3], percent[2::3], strict=True))
    assert [(day["l"], day["h"]) for day in days] == [
        (min(percent[i : i + 3]), max(percent[i : i + 3])) for i in range(0, 93, 3)
    ]


def test_the_mark_price_of_a_settlement_is_the_perpetuals_price(venues):
    asked = venues.json(f"{FUTURES}/fapi/v1/fundingRate", symbol="BTCUSDT", startTime=stamp("2026-02-01T08:00"))
    (hour,) = venues.json(
        f"{FUTURES}/fapi/v1/klines",
        symbol="BTCUSDT",
        interval="1h",
        startTime=stamp("2026-02-01T07:00"),
        limit=1,
    )
    assert float(asked[0]["markPrice"]) == float(hour[4])


@pytest.mark.parametrize("asset", ["BTC", "ETH"])
def test_both_contracts_share_the_venues_daily_close(venues, asset):
    bars = venues.json(f"{FUTURES}/fapi/v1/klines", symbol=f"{asset}USDT", interval="1d", startTime=0, limit=400)
    closes = [float(bar[4]) for bar in bars]
    for contract in ("USDT", "USD"):
        days = venues.coinalyze("ohlcv-history", f"{asset}{contract}_PERP.A", "2024-12-29", "2026-02-01")
        assert [day["c"] for day in days] == closes
        assert all(0 < day["bv"] < day["v"] and 0 < day["btx"] < day["tx"] for day in days)


def test_liquidations_of_a_linear_contract_are_coins_and_in_usd_those_at_the_daily_close(venues):
    asked = ("liquidation-history", "BTCUSDT_PERP.A", "2024-12-29", "2026-02-01")
    coins, in_usd = venues.coinalyze(*asked), venues.coinalyze(*asked, convert_to_usd="true")
    closes = venues.coinalyze("ohlcv-history", *asked[1:])
    assert len(coins) == 400
    for coin, usd, price in zip(coins, in_usd, closes, strict=True):
        assert coin["l"] > 0
        assert coin["s"] > 0
        assert usd["l"] == pytest.approx(coin["l"] * price["c"], abs=0.01)
        assert usd["s"] == pytest.approx(coin["s"] * price["c"], abs=0.01)


def test_liquidations_of_an_inverse_contract_are_usd_as_its_open_interest_is(venues):
    asked = ("liquidation-history", "BTCUSD_PERP.A", "2024-12-29", "2026-02-01")
    usd = venues.coinalyze(*asked, convert_to_usd="true")
    assert venues.coinalyze(*asked) == usd
    held = venues.coinalyze("open-interest-history", *asked[1:])
    assert all(0 < day["l"] < interest["c"] for day, interest in zip(usd, held, strict=True))


@pytest.mark.parametrize(("asset", "symbol"), [("btc", "BTCUSDT"), ("eth", "ETHUSDT")])
def test_network_rows_balance_and_are_priced_near_the_spot_close(venues, asset, symbol):
    rows = venues.coinmetrics(asset)
    bars = venues.json(SPOT, symbol=symbol, interval="1d", startTime=0, limit=400)
    assert [row["time"] for row in rows[:2]] == [
        "2024-12-29T00:00:00.000000000Z",
        "2024-12-30T00:00:00.000000000Z",
    ]
    assert len(rows) == 400
    for row, bar in zip(rows, bars, strict=True):
        price = float(row["PriceUSD"])
        assert price == pytest.approx(float(bar[4]), rel=0.001)
        for metric in ("FlowInEx", "FlowOutEx", "SplyEx"):
            assert float(row[f"{metric}USD"]) == pytest.approx(float(row[f"{metric}Ntv"]) * price, rel=1e-9)
            assert float(row[f"{metric}Ntv"]) > 0
    for before, after in pairwise(rows):
        net = float(after["FlowInExNtv"]) - float(after["FlowOutExNtv"])
        assert float(after["SplyExNtv"]) - float(before["SplyExNtv"]) == pytest.approx(net, abs=1e-6)
