-- Hyperliquid's daily lists of perpetuals.
{{ staged('hyperliquid', 'hyperliquid_instruments', shape='contract_list', ties=['listing_status']) }}
