-- Forced closings summed by the venue or an aggregator over single hours, as published.

{{ all_venues(
    feeds={
        'gate_hourly_contract_stats': ref('stg_gate__hourly_liquidations'),
        'coinalyze_hourly_liquidations': ref('stg_coinalyze__hourly_liquidations'),
        'coinglass_liquidations': ref('stg_coinglass__liquidations'),
    },
    columns=[
        'period_start_at', 'period_hours', 'long_contracts', 'short_contracts', 'total_contracts', 'long_liquidations_coin',
        'short_liquidations_coin', 'liquidations_coin', 'long_liquidations_usd', 'short_liquidations_usd', 'liquidations_usd', 'liquidation_count'
    ],
    shape='liquidation_sums'
) }}
