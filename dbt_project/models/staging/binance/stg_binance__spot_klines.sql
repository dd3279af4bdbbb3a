-- Spot bars of Binance, hourly and daily.
{{ staged_binance_spot_klines() }}
