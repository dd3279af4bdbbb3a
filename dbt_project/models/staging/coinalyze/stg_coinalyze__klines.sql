-- Daily bars of Coinalyze. Volume is counted as the exchange counts it: neither coins nor USD for every contract.
-- Its zero is one in any unit: nobody traded.
{{ staged(
    'coinalyze', 'coinalyze_klines',
    shape='bars', ties=['close desc', 'volume desc'],
    columns={
        'volume_coin': 'cast(null as double)',
        'volume_contracts': 'volume',
        'trade_count': 'case when volume = 0 then 0 else trade_count end',
    }
) }}
