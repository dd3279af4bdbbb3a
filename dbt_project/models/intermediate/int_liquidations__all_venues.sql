-- Forced closings summed by the venue or an aggregator over periods of a day or less, as published.
{{ all_venues(
    feeds={
        'gate_contract_stats': ref('stg_gate__liquidations'),
        'kraken_liquidations': ref('stg_kraken__liquidations'),
        'coinalyze_liquidations': ref('stg_coinalyze__liquidations'),
        'coinglass_liquidations': ref('stg_coinglass__liquidations'),
    },
    columns=[
        'period_start_at', 'period_hours', 'long_contracts', 'short_contracts', 'total_contracts', 'long_coin',
        'short_coin', 'total_coin', 'long_usd', 'short_usd', 'total_usd', 'event_count'
    ]
) }}
