-- Daily bars of Binance's USDT-margined perpetuals.
{{ staged_binance_um_klines(key_where=quoted('interval') ~ " = '1d'") }}
