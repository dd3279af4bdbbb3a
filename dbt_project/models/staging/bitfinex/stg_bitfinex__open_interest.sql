-- Hourly open interest of Bitfinex's perpetuals in coins: the last minute of each hour.
{{ staged(
    'bitfinex', 'bitfinex_status',
    shape='open_interest', ties=['open_interest_coin', 'next_funding_at', 'funding_rate'],
    columns={
        'open_interest_coin': 'open_interest_coin',
        'mark_price_usd': 'mark_price',
    }
) }}
