-- Open interest of Hyperliquid's perpetuals at the moment of each run.
{{ staged(
    'hyperliquid', 'hyperliquid_open_interest',
    shape='open_interest', ties=['open_interest_coin', 'mark_price'],
    columns={
        'open_interest_coin': 'open_interest_coin',
        'mark_price_usd': 'mark_price',
    }
) }}
