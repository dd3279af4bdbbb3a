-- Observations of open interest from every feed, as published: in the venue's unit, counting its sides. Of five-minute
-- feeds those alone that an hour or a day ends with: nothing else is read.
{{ all_venues(
    feeds={
        'binance_um_open_interest': ref('stg_binance__um_open_interest__hour_ends'),
        'binance_cm_open_interest': ref('stg_binance__cm_open_interest__hour_ends'),
        'bybit_open_interest': ref('stg_bybit__open_interest'),
        'okx_open_interest': ref('stg_okx__open_interest'),
        'gate_contract_stats': ref('stg_gate__open_interest'),
        'bitfinex_status': ref('stg_bitfinex__open_interest'),
        'kraken_open_interest': ref('stg_kraken__open_interest'),
        'deribit_open_interest': ref('stg_deribit__open_interest'),
        'hyperliquid_open_interest': ref('stg_hyperliquid__open_interest'),
        'coinalyze_open_interest': ref('stg_coinalyze__open_interest'),
    },
    columns=[
        'snapshot_at', 'open_interest_contracts', 'open_interest_coin', 'open_interest_usd', 'is_both_sides',
        'mark_price_usd'
    ],
    shape='open_interest'
) }}
