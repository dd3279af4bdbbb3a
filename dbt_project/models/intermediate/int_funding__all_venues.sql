-- Funding settlements of every venue's own feed, as published. Coinalyze's bars of settlements are read in
-- int_funding__approximated_days.
{{ all_venues(
    feeds={
        'binance_um_funding': ref('stg_binance__um_funding'),
        'binance_cm_funding': ref('stg_binance__cm_funding'),
        'bybit_funding': ref('stg_bybit__funding'),
        'okx_funding': ref('stg_okx__funding'),
        'gate_funding': ref('stg_gate__funding'),
        'deribit_funding': ref('stg_deribit__funding'),
        'kraken_funding': ref('stg_kraken__funding'),
        'hyperliquid_funding': ref('stg_hyperliquid__funding'),
        'bitfinex_status': ref('stg_bitfinex__funding'),
    },
    columns=[
        'settled_at', 'funding_rate', 'interval_hours'
    ],
    shape='funding'
) }}
