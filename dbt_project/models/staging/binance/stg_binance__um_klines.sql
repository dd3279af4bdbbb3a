-- USDT-margined perpetual bars of Binance, hourly and daily.
{{ staged_binance_um_klines() }}
