-- Binance's daily lists of USDT-margined contracts.
{{ staged('binance', 'binance_um_instruments', shape='contract_list', ties=['listing_status']) }}
