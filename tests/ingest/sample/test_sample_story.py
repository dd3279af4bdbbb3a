"""The published figures of the last day, and each scripted episode as downstream definitions would see it."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest

from ingest.sample import EPISODES, FIRST_DAY, LAST_DAY

SEEDS = (7, 0, 1, 20260201)


def robust_z(value, before, floor):
    middle = median(before)
    return (value - middle) / max(1.4826 * median(abs(x - middle) for x in before), floor)


class Days:
    """Daily figures of one asset, put together from the venues' answers."""

    def __init__(self, venues, asset="BTC"):
        symbol, first, last = f"{asset}USDT", str(FIRST_DAY), str(LAST_DAY)

        def bars(url):
            return venues.json(url, symbol=symbol, interval="1d", startTime=0, endTime=1769904000000, limit=1000)

        def history(measure, contract):
            return venues.coinalyze(measure, f"{asset}{contract}_PERP.A", first, last)

        self.day = [FIRST_DAY + timedelta(days=i) for i in range(400)]
        spot = bars("https://data-api.binance.vision/api/v3/klines")
        self.open, self.high, self.low, self.close = ([float(bar[i]) for bar in spot] for i in (1, 2, 3, 4))
        price = [float(bar[4]) for bar in bars("https://fapi.binance.com/fapi/v1/klines")]
        self.linear = [row["c"] for row in history("open-interest-history", "USDT")]
        self.inverse = [row["c"] for row in history("open-interest-history", "USD")]
        self.open_interest = [c * p + usd for c, p, usd in zip(self.linear, price, self.inverse, strict=True)]
        liquidations = [history("liquidation-history", contract) for contract in ("USDT", "USD")]
        self.long, self.short = (
            [a[side] * p + b[side] for a, b, p in zip(*liquidations, price, strict=True)] for side in "ls"
        )
        self.total = [long + short for long, short in zip(self.long, self.short, strict=True)]
        url = "https://fapi.binance.com/fapi/v1/fundingRate"
        rates = venues.json(url, symbol=symbol, startTime=0, limit=1000)
        rates += venues.json(url, symbol=symbol, startTime=rates[-1]["fundingTime"] + 1, limit=1000)
        bp = [10_000 * float(row["fundingRate"]) for row in rates]
        # 08, 16 and 24 o'clock pay for the day.
        self.funding = [sum(bp[i : i + 3]) / 3 for i in range(0, 1200, 3)]
        network = venues.coinmetrics(asset.lower())
        self.inflow = [float(row["FlowInExNtv"]) for row in network]
        self.net = [float(row["FlowInExNtv"]) - float(row["FlowOutExNtv"]) for row in network]
        self.addresses = [float(row["AdrActCnt"]) for row in network]
        assert {len(values) for values in vars(self).values()} == {400}

    def at(self, day):
        return self.day.index(day)

    def change(self, i, days=1):
        """Open interest in contract units, percent, weighted by the USD value on the earlier day."""
        before = i - days
        inverse_weight = self.inverse[before] / self.open_interest[before]
        linear = self.linear[i] / self.linear[before] - 1
        return 100 * ((1 - inverse_weight) * linear + inverse_weight * (self.inverse[i] / self.inverse[before] - 1))

    def move(self, values, i):
        return 100 * (values[i] / self.close[i - 1] - 1)

    def multiple(self, i):
        return self.total[i] / median(self.total[i - 30 : i])

    def long_share(self, i):
        return self.long[i] / self.total[i]

    def netflow_z(self, i):
        return robust_z(self.net[i], self.net[i - 90 : i], 500)

    def inflow_z(self, i):
        return robust_z(self.inflow[i], self.inflow[i - 90 : i], 500)

    def address_ratio(self, i):
        return self.addresses[i] / median(self.addresses[i - 7 * week] for week in range(1, 9))


@pytest.fixture(scope="module")
def bitcoin(venues):
    return Days(venues)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_day_has_the_published_figures_with_any_seed(open_market, seed):
    btc, i = Days(open_market(seed)), 399
    assert btc.day[i] == date(2026, 2, 1)
    assert btc.low[i] < 78_000 < btc.close[i]
    assert 100 * (btc.high[i] - btc.low[i]) / btc.close[i - 1] == pytest.approx(6.1, abs=0.005)
    assert btc.total[i] == pytest.approx(252e6, rel=1e-5)
    assert btc.long_share(i) == pytest.approx(0.87, abs=0.001)
    assert btc.open_interest[i] == pytest.approx(52.5e9, rel=1e-6)
    assert -8 < btc.change(i) < -6
    assert btc.funding[i] == pytest.approx(0.5, abs=0.001)
    assert max(btc.funding[i - 10 : i]) >= 2.0
    assert btc.net[i] < 0
    assert abs(btc.netflow_z(i)) < 1.5
    assert btc.address_ratio(i) >= 1.1
    floor = min(btc.close[i - 20 : i])
    assert btc.low[i] < 0.9975 * floor
    assert floor <= btc.close[i]


@pytest.mark.parametrize(
    ("day", "long_share", "change", "multiple"),
    [
        (date(2025, 7, 30), (0.0, 0.15), (-6, -3), 5),
        (date(2025, 10, 10), (0.8, 1.0), (-25, -18), 12),
        (date(2025, 11, 20), (0.8, 1.0), (-13, -8), 8),
        (date(2026, 2, 1), (0.8, 1.0), (-8, -6), 4),
    ],
)
def test_forced_closing_dominates_on_shock_days(bitcoin, day, long_share, change, multiple):
    i = bitcoin.at(day)
    assert long_share[0] <= bitcoin.long_share(i) <= long_share[1]
    assert change[0] < bitcoin.change(i) < change[1]
    assert bitcoin.multiple(i) > multiple


def test_the_autumn_flush_falls_deep_after_hot_funding_without_inflow(bitcoin):
    i = bitcoin.at(date(2025, 10, 10))
    assert bitcoin.move(bitcoin.close, i) < -7
    assert bitcoin.move(bitcoin.low, i) == pytest.approx(-14.5, abs=0.01)
    assert min(bitcoin.funding[i - 5 : i]) >= 4.5
    assert bitcoin.funding[i] == pytest.approx(0.4, abs=0.001)
    assert abs(bitcoin.netflow_z(i)) < 1.5


def test_the_squeeze_rises_out_of_negative_funding(bitcoin):
    i = bitcoin.at(date(2025, 7, 30))
    assert bitcoin.move(bitcoin.close, i) > 6
    assert bitcoin.funding[i - 1] <= -0.25
    assert bitcoin.change(i - 1, 7) > 5


@pytest.mark.parametrize("day", [date(2025, 6, 25), date(2025, 6, 26), date(2025, 12, 16)])
def test_a_spot_selloff_is_inflow_while_leverage_stays(bitcoin, day):
    i = bitcoin.at(day)
    assert bitcoin.move(bitcoin.close, i) < -3
    assert bitcoin.netflow_z(i) > 3
    assert bitcoin.inflow_z(i) > 3
    assert abs(bitcoin.change(i)) < 1
    assert bitcoin.multiple(i) < 2.5


def test_the_capitulation_joins_forced_closing_and_inflow(bitcoin):
    i = bitcoin.at(date(2025, 11, 20))
    assert bitcoin.move(bitcoin.close, i) < -10
    assert bitcoin.netflow_z(i) > 4
    assert bitcoin.inflow_z(i) > 4


def test_the_deleveraging_bleeds_for_days_without_a_spike(bitcoin):
    first, last = bitcoin.at(date(2025, 11, 4)), bitcoin.at(date(2025, 11, 17))
    assert all(bitcoin.change(i, 7) < -6 for i in range(first + 6, last + 1))
    assert all(bitcoin.multiple(i) < 2 for i in range(first, last + 1))
    assert all(bitcoin.move(bitcoin.low, i) > -3 for i in range(first, last + 1))


def test_build_ups_and_overheating_show_in_open_interest_and_funding(bitcoin):
    def span(label):
        return [
            bitcoin.at(episode.first + timedelta(days=offset))
            for episode in EPISODES
            if episode.label == label and episode.length > 7
            for offset in range(7, episode.length)
        ]

    assert all(bitcoin.change(i, 7) > 3.5 and bitcoin.funding[i] > 1 for i in span("leverage_buildup"))
    assert all(bitcoin.change(i, 7) > 5 and bitcoin.funding[i] > 2.5 for i in span("overheated"))
    assert all(bitcoin.change(i, 7) > 5 and bitcoin.funding[i] < 0 for i in span("short_buildup"))


def test_the_rally_is_spot_led(bitcoin):
    for i in range(bitcoin.at(date(2025, 5, 19)), bitcoin.at(date(2025, 5, 23)) + 1):
        assert bitcoin.move(bitcoin.close, i) > 1
        assert abs(bitcoin.change(i)) < 1.5
        assert bitcoin.funding[i] < 1.25
        assert bitcoin.netflow_z(i) < -1


def test_the_first_three_months_are_ordinary(bitcoin):
    # Enough for every baseline before anything stands out.
    assert EPISODES[0].length >= 90
    ordinary = range(31, EPISODES[0].length)
    assert all(abs(bitcoin.move(bitcoin.close, i)) < 4 for i in ordinary)
    assert all(abs(bitcoin.change(i)) < 4 for i in ordinary)
    assert all(0 < bitcoin.funding[i] < 1.8 for i in ordinary)
    assert all(bitcoin.multiple(i) < 5 for i in ordinary)
    assert 20e6 < median(bitcoin.total[: EPISODES[0].length]) < 60e6


def test_the_year_peaks_near_125_000_in_autumn(bitcoin):
    peak = max(range(400), key=bitcoin.close.__getitem__)
    assert date(2025, 9, 15) <= bitcoin.day[peak] <= date(2025, 10, 9)
    assert 123_000 < bitcoin.close[peak] < 128_000


def test_episodes_follow_one_another_without_gap():
    assert EPISODES[0].first == FIRST_DAY
    for before, after in pairwise(EPISODES):
        assert after.first == before.last + timedelta(days=1)
    assert (LAST_DAY - FIRST_DAY).days + 1 == 400


def test_ether_lives_through_the_same_flush(venues):
    eth, i = Days(venues, "ETH"), 399
    assert eth.low[i] < 0.95 * eth.close[i - 1] < eth.close[i]
    assert -8 < eth.change(i) < -6
    assert eth.multiple(i) > 4
    assert eth.long_share(i) > 0.8
    assert 2_000 < eth.close[i] < 3_000
