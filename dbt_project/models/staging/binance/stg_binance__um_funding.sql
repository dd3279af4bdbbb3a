-- Funding settlements of Binance's USDT-margined perpetuals.
{{ staged(
    'binance', 'binance_um_funding',
    shape='funding', ties=['channel', 'interval_hours', 'funding_rate'],
    columns={
        'interval_hours': 'interval_hours',
        'mark_price_usd': 'mark_price',
        'channel': 'channel',
    }
) }}
