-- Daily spot bars of Binance.
{{ staged_binance_spot_klines(key_where='"interval" = \'1d\'') }}
