-- Hourly open interest of Gate's USDT-margined perpetuals, of the hours that the hourly marts have, as
-- stg_gate__open_interest: the value of an hour is the one at its end.
{{ staged(
    'gate', 'gate_hourly_contract_stats',
    shape='open_interest', ties=['open_interest_contracts', 'open_interest_usd'], since=first_hour_read(),
    columns={
        'open_interest_contracts': 'open_interest_contracts',
        'open_interest_usd': 'open_interest_usd',
        'mark_price_usd': 'mark_price',
        'snapshot_at': "open_at + interval '1' hour",
    }
) }}
