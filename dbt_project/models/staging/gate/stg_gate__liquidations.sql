-- Daily liquidations of Gate's USDT-margined perpetuals by the side of the position that was closed. USD at the mark
-- price where the venue gives it, else as it first published them.
{{ staged(
    'gate', 'gate_contract_stats',
    shape='liquidation_sums', ties=['open_interest_contracts', 'open_interest_usd'],
    columns={
        'day': 'cast(open_at as date)',
        'period_hours': '24e0',
        'long_contracts': 'long_contracts',
        'short_contracts': 'short_contracts',
        'long_liquidations_coin': 'long_coin',
        'short_liquidations_coin': 'short_coin',
        'long_liquidations_usd': 'coalesce(long_at_mark_usd, long_usd)',
        'short_liquidations_usd': 'coalesce(short_at_mark_usd, short_usd)',
    }
) }}
