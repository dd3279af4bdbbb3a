-- Forced closings summed by the venue or an aggregator over periods of a day or less, as published.
{{ all_venues(
    feeds=['coinalyze_liquidations'],
    columns=[
        'period_start_at', 'period_hours', 'long_contracts', 'short_contracts', 'long_coin', 'short_coin',
        'long_usd', 'short_usd', 'total_contracts', 'total_coin', 'total_usd', 'event_count'
    ]
) }}
