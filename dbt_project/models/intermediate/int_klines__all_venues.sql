-- Daily bars of every spot pair and perpetual contract, one row per feed: which feed counts is decided later.
{{ all_venues(
    feeds=['binance_spot_klines', 'binance_um_klines', 'coinalyze_klines'],
    columns=['day', 'open_usd', 'high_usd', 'low_usd', 'close_usd', 'volume_coin', 'volume_usd'],
    where="bar_interval = '1d'"
) }}
