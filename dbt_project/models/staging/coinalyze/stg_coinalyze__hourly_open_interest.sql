-- Hourly open interest of contracts from Coinalyze, as stg_coinalyze__open_interest: the close of a bar is the
-- observation at its end, and unknown where it lies outside of its bar.
{{ staged(
    'coinalyze', 'coinalyze_hourly_open_interest',
    shape='open_interest', ties=['close', 'open', 'high', 'low'], since=first_hour_read(),
    columns={
        'open_contracts': 'open',
        'high_contracts': 'high',
        'low_contracts': 'low',
        'close_contracts': 'close',
        'open_interest_contracts': 'case when close between low and high then close end',
        'is_both_sides': "case when symbol like '%.A' then false end",
        'snapshot_at': "open_at + interval '1' hour",
        'open_at': 'open_at',
    }
) }}
