-- Open interest of Binance's USDT-margined perpetuals in the last ten minutes of each hour that the hourly marts have.
{{ staged_binance_um_open_interest(key_where=is_at_hour_end('snapshot_at'), since=first_hour_read()) }}
