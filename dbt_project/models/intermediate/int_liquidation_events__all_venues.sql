-- Single forced closings of every venue that publishes them, as published. What is missing among them nobody says:
-- venues throttle and forget, and a poll may have come too late.
{{ all_venues(
    feeds={
        'binance_cm_liquidations': ref('stg_binance__cm_liquidations'),
        'okx_liquidations': ref('stg_okx__liquidations'),
        'gate_liquidations': ref('stg_gate__liquidation_events'),
        'bitfinex_liquidations': ref('stg_bitfinex__liquidation_events'),
        'deribit_liquidations': ref('stg_deribit__liquidations'),
    },
    columns=[
        'happened_at', 'position_side', 'contracts', 'coin', 'usd', 'price_usd'
    ],
    shape='liquidation_events'
) }}
