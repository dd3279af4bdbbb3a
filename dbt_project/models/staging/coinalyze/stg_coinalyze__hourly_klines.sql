-- Hourly bars of contracts from Coinalyze, as stg_coinalyze__klines. Its volume has the contract's unit; its zero is
-- one in any unit: nobody traded.
{{ staged(
    'coinalyze', 'coinalyze_hourly_klines',
    shape='bars', ties=['close desc', 'volume desc'], since=first_hour_read(),
    columns={
        'bar_interval': "'1h'",
        'volume_coin': 'cast(null as double)',
        'volume_contracts': 'volume',
        'trade_count': 'case when volume = 0 then 0 else trade_count end',
    }
) }}
