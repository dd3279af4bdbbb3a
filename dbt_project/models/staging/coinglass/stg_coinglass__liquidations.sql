-- Hourly liquidations that CoinGlass sums over the exchanges of the symbol, by the side of the position that was
-- closed.
{{ staged(
    'coinglass', 'coinglass_liquidations',
    shape='liquidation_sums', ties=['long_usd desc', 'short_usd desc'],
    columns={
        'day': 'cast(open_at as date)',
        'period_hours': '1e0',
        'long_liquidations_usd': 'long_usd',
        'short_liquidations_usd': 'short_usd',
    }
) }}
