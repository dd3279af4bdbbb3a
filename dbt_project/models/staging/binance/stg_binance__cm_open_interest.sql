-- Five-minute open interest of Binance's coin-margined perpetuals. USD would be contracts times their size, which only
-- the catalogue knows.
{{ staged_binance_cm_open_interest() }}
