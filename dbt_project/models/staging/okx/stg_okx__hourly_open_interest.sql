-- Hourly open interest of OKX's perpetual swaps, of the hours that the hourly marts have. The value of a period is the
-- one at its end.
{{ staged(
    'okx', 'okx_hourly_open_interest',
    shape='open_interest',
    ties=[
        'open_interest_contracts desc', 'open_interest_coin desc',
        'open_interest_usd desc',
    ],
    since=first_hour_read(),
    columns={
        'open_interest_contracts': 'open_interest_contracts',
        'open_interest_coin': 'open_interest_coin',
        'open_interest_usd': 'open_interest_usd',
        'snapshot_at': "period_start_at + interval '1' hour",
    }
) }}
