-- Hourly spot bars of Binance, of the hours that the hourly marts have.
{{ staged_binance_spot_klines(key_where=quoted('interval') ~ " = '1h'", since=first_hour_read()) }}
