-- Daily open-interest bars of Coinalyze in contract units (coins for linear, USD for inverse). The close of a day is an
-- observation at 24:00, and unknown where it lies outside of its bar. Sides were compared with the exchange's own
-- figure for Binance (.A) alone, see open_interest_by_venue_daily.
{{ staged(
    'coinalyze', 'coinalyze_open_interest',
    shape='open_interest', ties=['close', 'open', 'high', 'low'],
    columns={
        'day': 'cast(open_at as date)',
        'open_contracts': 'open',
        'high_contracts': 'high',
        'low_contracts': 'low',
        'close_contracts': 'close',
        'open_interest_contracts': 'case when close between low and high then close end',
        'is_both_sides': "case when symbol like '%.A' then false end",
        'snapshot_at': "open_at + interval '1' day",
        'open_at': 'open_at',
    }
) }}
