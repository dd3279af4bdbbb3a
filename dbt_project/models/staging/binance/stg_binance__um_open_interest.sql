-- Five-minute open interest of Binance's USDT-margined perpetuals.
{{ staged_binance_um_open_interest() }}
