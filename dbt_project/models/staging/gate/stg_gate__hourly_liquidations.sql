-- Hourly liquidations of Gate's USDT-margined perpetuals, of the hours that the hourly marts have, as
-- stg_gate__liquidations.
{{ staged(
    'gate', 'gate_hourly_contract_stats',
    shape='liquidation_sums', ties=['open_interest_contracts', 'open_interest_usd'], since=first_hour_read(),
    columns={
        'period_hours': '1e0',
        'long_contracts': 'long_contracts',
        'short_contracts': 'short_contracts',
        'long_liquidations_coin': 'long_coin',
        'short_liquidations_coin': 'short_coin',
        'long_liquidations_usd': 'coalesce(long_at_mark_usd, long_usd)',
        'short_liquidations_usd': 'coalesce(short_at_mark_usd, short_usd)',
    }
) }}
