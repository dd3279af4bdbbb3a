-- Observations of open interest from every feed, as published: in the venue's unit, counting its sides.
{{ all_venues(
    feeds=['binance_um_open_interest', 'coinalyze_open_interest'],
    columns=[
        'snapshot_at', 'open_interest_contracts', 'open_interest_coin', 'open_interest_usd', 'is_both_sides'
    ]
) }}
