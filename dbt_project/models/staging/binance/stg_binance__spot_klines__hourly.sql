-- Hourly spot bars of Binance.
{{ config(materialized='by_day') }}

{{ staged_binance_spot_klines(key_where=quoted('interval') ~ " = '1h' and " ~ in_days_to_build('open_at')) }}
