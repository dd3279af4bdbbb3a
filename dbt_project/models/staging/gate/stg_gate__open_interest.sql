-- Daily open interest of Gate's USDT-margined perpetuals. A day's row is rewritten until the day is over, so its value
-- is the one at 24:00.
{{ staged(
    'gate', 'gate_contract_stats',
    shape='open_interest', ties=['open_interest_contracts', 'open_interest_usd'],
    columns={
        'day': 'cast(open_at as date)',
        'open_interest_contracts': 'open_interest_contracts',
        'open_interest_usd': 'open_interest_usd',
        'mark_price_usd': 'mark_price',
        'snapshot_at': "open_at + interval '1' day",
        'account_ratio': 'account_ratio',
        'taker_ratio': 'taker_ratio',
        'top_trader_account_ratio': 'top_trader_account_ratio',
        'top_trader_position_ratio': 'top_trader_position_ratio',
        'long_holder_count': 'long_holder_count',
        'short_holder_count': 'short_holder_count',
    }
) }}
