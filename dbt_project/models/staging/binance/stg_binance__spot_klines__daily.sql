-- Daily spot bars of Binance.
{{ staged_binance_spot_klines(key_where=quoted('interval') ~ " = '1d'") }}
