-- Bybit's daily lists of linear and inverse contracts.
{{ staged('bybit', 'bybit_instruments', shape='contract_list', ties=['listing_status']) }}
