-- Observations of open interest from the feeds that have one for every hour, as published. Of five-minute feeds, the
-- last ten minutes of an hour alone.

{{ all_venues(
    feeds={
        'binance_um_open_interest': ref('stg_binance__um_open_interest__hours'),
        'binance_cm_open_interest': ref('stg_binance__cm_open_interest__hours'),
        'bybit_hourly_open_interest': ref('stg_bybit__hourly_open_interest'),
        'okx_hourly_open_interest': ref('stg_okx__hourly_open_interest'),
        'gate_hourly_contract_stats': ref('stg_gate__hourly_open_interest'),
        'kraken_hourly_open_interest': ref('stg_kraken__hourly_open_interest'),
        'deribit_open_interest': ref('stg_deribit__open_interest'),
        'hyperliquid_open_interest': ref('stg_hyperliquid__open_interest'),
        'coinalyze_hourly_open_interest': ref('stg_coinalyze__hourly_open_interest'),
    },
    columns=[
        'snapshot_at', 'open_interest_contracts', 'open_interest_coin', 'open_interest_usd', 'is_both_sides',
        'mark_price_usd'
    ],
    shape='open_interest'
) }}
