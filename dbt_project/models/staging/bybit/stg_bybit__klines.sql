-- Hourly and daily bars of Bybit's perpetuals.
{{ staged_bybit_klines() }}
