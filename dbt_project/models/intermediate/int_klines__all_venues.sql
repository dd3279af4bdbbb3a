-- Daily bars of every spot pair and perpetual contract, one row per feed: which feed counts is decided later.
{{ all_venues(
    feeds={
        'binance_spot_klines': ref('stg_binance__spot_klines__daily'),
        'binance_um_klines': ref('stg_binance__um_klines__daily'),
        'binance_cm_klines': ref('stg_binance__cm_klines'),
        'bybit_klines': ref('stg_bybit__klines'),
        'okx_klines': ref('stg_okx__klines'),
        'deribit_klines': ref('stg_deribit__klines'),
        'kraken_klines': ref('stg_kraken__klines'),
        'hyperliquid_klines': ref('stg_hyperliquid__klines'),
        'coinbase_spot_klines': ref('stg_coinbase__spot_klines'),
        'coinalyze_klines': ref('stg_coinalyze__klines'),
    },
    columns=[
        'day', 'open_at', 'open_usd', 'high_usd', 'low_usd', 'close_usd', 'volume_coin', 'volume_usd', 'trade_count'
    ],
    where="bar_interval = '1d'",
    shape='bars'
) }}
