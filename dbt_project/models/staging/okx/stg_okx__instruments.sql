-- OKX's daily lists of perpetual swaps.
{{ staged('okx', 'okx_instruments', shape='contract_list', ties=['listing_status']) }}
