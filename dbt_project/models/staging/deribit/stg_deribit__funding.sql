-- Hourly funding of Deribit's perpetuals. It accrues all the time; the hours of a day add up to its funding.
{{ staged(
    'deribit', 'deribit_funding',
    shape='funding', ties=['interest_1h', 'interest_8h'],
    columns={
        'interval_hours': 'cast(1 as double)',
        'funding_rate': 'interest_1h',
        'index_price_usd': 'index_price',
    }
) }}
