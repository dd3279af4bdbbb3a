-- Hourly bars of Bybit's perpetuals, of the hours that the hourly marts have.
{{ staged_bybit_klines(key_where=quoted('interval') ~ " = '1h'", since=first_hour_read()) }}
