-- Hourly open interest of Bybit's perpetuals, as stg_bybit__open_interest, of the hours that the hourly marts have.
{{ staged(
    'bybit', 'bybit_hourly_open_interest',
    shape='open_interest',
    ties=[
        'open_interest_coin desc', 'open_interest_usd desc',
        'open_interest_both_sides_coin desc', 'open_interest_both_sides_usd desc',
    ],
    since=first_hour_read(),
    columns={
        'open_interest_coin': 'coalesce(open_interest_coin, open_interest_both_sides_coin)',
        'open_interest_usd': 'coalesce(open_interest_usd, open_interest_both_sides_usd)',
        'open_interest_both_sides_coin': 'open_interest_both_sides_coin',
        'open_interest_both_sides_usd': 'open_interest_both_sides_usd',
        'is_both_sides': 'open_interest_coin is null and open_interest_usd is null',
    }
) }}
