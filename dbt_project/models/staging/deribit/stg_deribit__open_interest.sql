-- Open interest of Deribit's perpetuals at the moment of each run.
{{ staged(
    'deribit', 'deribit_open_interest',
    shape='open_interest', ties=['open_interest_contracts', 'mark_price'],
    columns={
        'open_interest_contracts': 'open_interest_contracts',
        'mark_price_usd': 'mark_price',
    }
) }}
