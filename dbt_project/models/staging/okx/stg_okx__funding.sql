-- Funding settlements of OKX's perpetual swaps at the rate that was paid.
{{ staged(
    'okx', 'okx_funding',
    shape='funding', ties=['funding_rate', 'predicted_rate'],
    columns={
        'predicted_rate': 'predicted_rate',
    }
) }}
