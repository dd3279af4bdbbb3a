-- Funding settlements of every venue's own feed, as published. Coinalyze's bars of settlements are read in
-- int_funding__approximated_days.
{{ all_venues(
    feeds=['binance_um_funding'],
    columns=['settled_at', 'funding_rate', 'interval_hours']
) }}
