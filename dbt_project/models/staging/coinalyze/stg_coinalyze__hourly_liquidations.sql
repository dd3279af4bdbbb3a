-- Longs and shorts closed by force in an hour, from Coinalyze, of the hours that the hourly
-- marts have: coins of linear contracts, USD of inverse ones.
{{ staged(
    'coinalyze', 'coinalyze_hourly_liquidations',
    shape='liquidation_sums', ties=['long_coin desc', 'short_coin desc', 'long_usd desc', 'short_usd desc'],
    since=first_hour_read(),
    columns={
        'period_hours': '1e0',
        'long_liquidations_coin': 'long_coin',
        'short_liquidations_coin': 'short_coin',
        'long_liquidations_usd': 'long_usd',
        'short_liquidations_usd': 'short_usd',
    }
) }}
