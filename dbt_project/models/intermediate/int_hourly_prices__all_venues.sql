-- Hourly bars of every spot pair and perpetual contract whose venue is asked for them, one row per feed: which feed
-- counts is decided later.

{{ all_venues(
    feeds={
        'binance_spot_klines': ref('stg_binance__spot_klines__hours'),
        'binance_um_klines': ref('stg_binance__um_klines__hours'),
        'bybit_klines': ref('stg_bybit__klines__hours'),
        'coinalyze_hourly_klines': ref('stg_coinalyze__hourly_klines'),
    },
    columns=[
        'day', 'open_at', 'open_usd', 'high_usd', 'low_usd', 'close_usd', 'volume_coin', 'volume_usd', 'trade_count'
    ],
    shape='hourly_bars'
) }}
