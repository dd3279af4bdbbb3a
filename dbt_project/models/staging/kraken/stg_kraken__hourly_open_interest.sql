-- Open interest of Kraken Futures' linear perpetuals at the end of each hour that the hourly marts have.
{{ staged(
    'kraken', 'kraken_hourly_open_interest',
    shape='open_interest', ties=['close', 'open', 'high', 'low'], since=first_hour_read(),
    columns={
        'open_interest_contracts': 'close',
        'snapshot_at': "open_at + interval '1' hour",
    }
) }}
