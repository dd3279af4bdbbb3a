-- Hourly bars of Binance's USDT-margined perpetuals, of the hours that the hourly marts have.
{{ staged_binance_um_klines(key_where=quoted('interval') ~ " = '1h'", since=first_hour_read()) }}
