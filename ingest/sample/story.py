"""The story of the simulated market: which episode rules which days, and how large each asset's figures are.

A story, not data: round numbers that describe what happens. The seeded noise on top of it is drawn in
``daily`` (day by day) and ``path`` (within a day).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

FIRST_DAY = date(2024, 12, 29)
LAST_DAY = date(2026, 2, 1)
# The day after the last one exists, too: at the default present its first bars are still forming.
FINAL_MODELLED_DAY = date(2026, 2, 2)
SIMULATION_NOW = datetime(2026, 2, 2, 6, tzinfo=UTC)
DEFAULT_SEED = 7


@dataclass(frozen=True, slots=True)
class Extreme:
    """The day's low or high: the hour (UTC) it falls in, and its fractional distance from the previous close.

    The distance is BTC's; another asset's is scaled by the ratio of the two returns of the day.
    """

    hour: int
    move: float


@dataclass(frozen=True, slots=True)
class Episode:
    """What a stretch of days looks like. Closes and the open-interest index are met exactly on the last day.

    ``label`` is the regime that the episode is meant to show. ``open_interest`` is contract open interest
    relative to the start of the market. ``funding_bp`` (per 8 hours) goes evenly from the first to the last
    day. ``liquidations`` multiplies the asset's ordinary day; ``long_share`` None follows the day's return.
    ``netflow_z`` and ``inflow`` shift exchange flows (ordinary standard deviations; factor on gross inflow).
    ``noise`` scales everything random except price and open interest, which have their own widths per day.
    """

    label: str
    first: date
    last: date
    btc_close: float
    eth_close: float
    open_interest: float
    funding_bp: tuple[float, float]
    volatility: float = 0.007
    open_interest_noise: float = 0.008
    liquidations: float = 1.0
    long_share: float | None = None
    netflow_z: float = 0.0
    inflow: float = 1.0
    addresses: float = 1.0
    noise: float = 1.0
    low: Extreme | None = None
    high: Extreme | None = None
    # What the settlements at 08, 16 and 24 o'clock add to the day's mean funding, in bp; they sum to 0.
    settlements_bp: tuple[float, float, float] | None = None

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def close(self, asset: str) -> float:
        """Of BTC or ETH, whose closes the story has."""
        return self.btc_close if asset == "BTC" else self.eth_close


@dataclass(frozen=True, slots=True)
class AssetScale:
    """Magnitudes of one asset. Open interest is of the whole market, as in the published figures."""

    code: str
    close_before: float
    final_open_interest_usd: float
    inverse_share: float
    contract_size_usd: float
    liquidations_usd: float
    spot_volume_coin: float
    spot_decimals: int
    perpetual_decimals: int
    supply_coin: float
    reserve_coin: float
    netflow_mean_coin: float
    netflow_deviation_coin: float
    gross_flow_coin: float
    active_addresses: float


ASSETS: dict[str, AssetScale] = {
    "BTC": AssetScale(
        code="BTC", close_before=94_200.0, final_open_interest_usd=52.5e9, inverse_share=0.14,
        contract_size_usd=100.0, liquidations_usd=36e6, spot_volume_coin=19_000.0, spot_decimals=2,
        perpetual_decimals=1, supply_coin=19_800_000.0, reserve_coin=2_760_000.0, netflow_mean_coin=-600.0,
        netflow_deviation_coin=2_200.0, gross_flow_coin=28_000.0, active_addresses=730_000.0,
    ),
    "ETH": AssetScale(
        code="ETH", close_before=3_330.0, final_open_interest_usd=26.0e9, inverse_share=0.11,
        contract_size_usd=10.0, liquidations_usd=27e6, spot_volume_coin=380_000.0, spot_decimals=2,
        perpetual_decimals=2, supply_coin=120_500_000.0, reserve_coin=16_400_000.0,
        netflow_mean_coin=-6_500.0, netflow_deviation_coin=27_000.0, gross_flow_coin=420_000.0,
        active_addresses=480_000.0,
    ),
}  # fmt: skip


def _calm(first: date, last: date, btc: float, eth: float, open_interest: float, funding: tuple[float, float],
          volatility: float = 0.007) -> Episode:  # fmt: skip
    return Episode("consolidation", first, last, btc, eth, open_interest, funding, volatility=volatility)


# The first 106 days are ordinary: a baseline needs 60 to 90 days before anything can stand out. A label of
# several days is reached within them, not on the first: a week of rising open interest takes a week. A
# build-up whose leverage reaches the top tenth of its year ends as overheated.
EPISODES: tuple[Episode, ...] = (
    _calm(date(2024, 12, 29), date(2025, 4, 13), 95_400.0, 3_290.0, 1.00, (0.9, 0.9)),
    Episode("leverage_buildup", date(2025, 4, 14), date(2025, 4, 27), 103_200.0, 3_590.0, 1.13, (1.3, 1.9),
            volatility=0.005, open_interest_noise=0.004, liquidations=1.1),
    _calm(date(2025, 4, 28), date(2025, 5, 18), 103_900.0, 3_600.0, 1.07, (1.2, 0.9)),
    Episode("spot_rally", date(2025, 5, 19), date(2025, 5, 23), 116_000.0, 4_080.0, 1.05, (0.7, 0.8),
            volatility=0.004, open_interest_noise=0.003, liquidations=1.2, long_share=0.40, netflow_z=-2.2,
            addresses=1.06, noise=0.4),
    _calm(date(2025, 5, 24), date(2025, 6, 24), 114_900.0, 4_030.0, 1.06, (0.9, 0.8)),
    Episode("spot_selloff", date(2025, 6, 25), date(2025, 6, 25), 108_200.0, 3_750.0, 1.058, (0.7, 0.7),
            liquidations=1.6, long_share=0.62, netflow_z=5.0, inflow=1.9, addresses=1.05, noise=0.0,
            low=Extreme(19, -0.066), high=Extreme(3, 0.006)),
    Episode("spot_selloff", date(2025, 6, 26), date(2025, 6, 26), 104_700.0, 3_610.0, 1.054, (0.65, 0.65),
            liquidations=1.4, long_share=0.60, netflow_z=4.0, inflow=1.7, addresses=1.04, noise=0.0,
            low=Extreme(15, -0.041), high=Extreme(6, 0.005)),
    _calm(date(2025, 6, 27), date(2025, 7, 20), 106_900.0, 3_700.0, 1.03, (0.7, 0.8)),
    Episode("short_buildup", date(2025, 7, 21), date(2025, 7, 29), 104_400.0, 3_590.0, 1.15, (0.4, -0.8),
            volatility=0.004, open_interest_noise=0.003, noise=0.4),
    Episode("short_squeeze", date(2025, 7, 30), date(2025, 7, 30), 111_900.0, 3_900.0, 1.10, (0.4, 0.4),
            liquidations=7.5, long_share=0.08, addresses=1.08, noise=0.0,
            low=Extreme(2, -0.004), high=Extreme(14, 0.084), settlements_bp=(-0.7, 0.2, 0.5)),
    _calm(date(2025, 7, 31), date(2025, 8, 31), 112_600.0, 3_930.0, 1.02, (0.7, 0.9)),
    Episode("leverage_buildup", date(2025, 9, 1), date(2025, 9, 14), 117_600.0, 4_220.0, 1.13, (1.1, 1.3),
            volatility=0.004, open_interest_noise=0.003, liquidations=1.1, noise=0.5),
    Episode("overheated", date(2025, 9, 15), date(2025, 10, 9), 124_800.0, 4_680.0, 1.45, (2.8, 6.0),
            volatility=0.003, open_interest_noise=0.002, liquidations=1.2, addresses=1.03),
    Episode("leverage_flush", date(2025, 10, 10), date(2025, 10, 10), 114_400.0, 4_180.0, 1.13, (0.4, 0.4),
            liquidations=22.0, long_share=0.88, netflow_z=-0.4, addresses=1.13, noise=0.0,
            low=Extreme(20, -0.145), high=Extreme(4, 0.005), settlements_bp=(1.3, 0.4, -1.7)),
    _calm(date(2025, 10, 11), date(2025, 11, 3), 110_300.0, 4_000.0, 1.10, (0.4, 0.8), volatility=0.009),
    Episode("deleveraging", date(2025, 11, 4), date(2025, 11, 17), 101_600.0, 3_590.0, 0.89, (0.5, 0.35),
            volatility=0.005, open_interest_noise=0.003, liquidations=0.9, noise=0.5),
    _calm(date(2025, 11, 18), date(2025, 11, 19), 101_000.0, 3_560.0, 0.89, (0.4, 0.5), volatility=0.005),
    Episode("capitulation", date(2025, 11, 20), date(2025, 11, 20), 90_100.0, 3_090.0, 0.80, (0.1, 0.1),
            liquidations=14.0, long_share=0.90, netflow_z=6.0, inflow=2.3, addresses=1.16, noise=0.0,
            low=Extreme(16, -0.140), high=Extreme(1, 0.003), settlements_bp=(0.3, 0.0, -0.3)),
    _calm(date(2025, 11, 21), date(2025, 12, 15), 88_900.0, 3_010.0, 0.81, (0.5, 0.8)),
    Episode("spot_selloff", date(2025, 12, 16), date(2025, 12, 16), 84_100.0, 2_790.0, 0.808, (0.7, 0.7),
            liquidations=1.5, long_share=0.62, netflow_z=5.0, inflow=1.9, addresses=1.04, noise=0.0,
            low=Extreme(17, -0.064), high=Extreme(8, 0.005)),
    _calm(date(2025, 12, 17), date(2026, 1, 12), 79_600.0, 2_560.0, 0.83, (0.6, 0.9), volatility=0.007),
    # The lowest close of the 20 days before the last one, just above 78,000: the floor to test and reclaim.
    _calm(date(2026, 1, 13), date(2026, 1, 14), 78_060.0, 2_490.0, 0.83, (0.9, 0.9), volatility=0.004),
    _calm(date(2026, 1, 15), date(2026, 1, 15), 78_950.0, 2_520.0, 0.83, (0.9, 0.9), volatility=0.004),
    _calm(date(2026, 1, 16), date(2026, 1, 21), 79_500.0, 2_540.0, 0.835, (1.0, 1.1), volatility=0.003),
    Episode("leverage_buildup", date(2026, 1, 22), date(2026, 1, 28), 84_000.0, 2_710.0, 0.935, (1.6, 2.3),
            volatility=0.005, open_interest_noise=0.003, liquidations=1.1, noise=0.4),
    Episode("leverage_buildup", date(2026, 1, 29), date(2026, 1, 31), 81_600.0, 2_620.0, 0.952, (2.3, 2.1),
            volatility=0.003, open_interest_noise=0.002, liquidations=1.2, noise=0.4),
    # The published day: a range of 6.1 % of the previous close, 7 x 36 = 252 million USD of liquidations,
    # contract open interest down 7 %, funding back at base after having been hot, netflow negative, ordinary.
    Episode("leverage_flush", date(2026, 2, 1), date(2026, 2, 1), 78_640.0, 2_502.0, 0.885, (0.5, 0.5),
            liquidations=7.0, long_share=0.87, netflow_z=-0.6, addresses=1.17, noise=0.0,
            low=Extreme(14, -0.052), high=Extreme(2, 0.009), settlements_bp=(0.6, -0.2, -0.4)),
    _calm(date(2026, 2, 2), date(2026, 2, 2), 78_900.0, 2_512.0, 0.886, (0.5, 0.5), volatility=0.008),
)  # fmt: skip
