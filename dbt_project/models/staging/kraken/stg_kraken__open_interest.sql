-- Open interest of Kraken Futures' linear perpetuals at the end of each day.
{{ staged(
    'kraken', 'kraken_open_interest',
    shape='open_interest', ties=['close', 'open', 'high', 'low'],
    columns={
        'open_interest_contracts': 'close',
        'snapshot_at': "open_at + interval '1' day",
    }
) }}
