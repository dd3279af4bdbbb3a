-- Hourly bars of every spot pair and perpetual contract whose venue is asked for them, one row per feed: which feed
-- counts is decided later.

{{ all_venues(
    feeds={
        'binance_spot_klines': ref('stg_binance__spot_klines'),
        'binance_um_klines': ref('stg_binance__um_klines'),
        'bybit_klines': ref('stg_bybit__klines'),
        'coinalyze_hourly_klines': ref('stg_coinalyze__hourly_klines'),
    },
    columns=[
        'day', 'open_at', 'open_usd', 'high_usd', 'low_usd', 'close_usd', 'volume_coin', 'volume_usd', 'trade_count'
    ],
    where="bar_interval = '1h'",
    shape='hourly_bars'
) }}
