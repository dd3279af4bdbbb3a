-- The venues' lists of contracts, one row per contract and list that had it.
{{ all_venues(
    feeds={
        'binance_um_instruments': ref('stg_binance__um_instruments'),
        'bybit_instruments': ref('stg_bybit__instruments'),
        'okx_instruments': ref('stg_okx__instruments'),
        'hyperliquid_instruments': ref('stg_hyperliquid__instruments'),
    },
    columns=[
        'snapshot_at', 'listing_status', 'listed_day', 'delivery_day', 'base_per_contract', 'tick_size',
        'funding_interval_hours'
    ]
) }}
