-- Funding settlements of Binance's coin-margined perpetuals.
{{ staged(
    'binance', 'binance_cm_funding',
    shape='funding', ties=['channel', 'interval_hours', 'funding_rate'],
    columns={
        'interval_hours': 'interval_hours',
        'mark_price_usd': 'mark_price',
        'channel': 'channel',
    }
) }}
