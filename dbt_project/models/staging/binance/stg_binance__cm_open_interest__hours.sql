-- Open interest of Binance's coin-margined perpetuals in the last ten minutes of each hour that the hourly marts have.
{{ staged_binance_cm_open_interest(key_where=is_at_hour_end('snapshot_at'), since=first_hour_read()) }}
