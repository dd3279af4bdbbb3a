-- Open interest of Binance's USDT-margined perpetuals at the end of each hour, and in the last ten minutes of each day.
{{ config(materialized='by_day') }}

{{ staged_binance_um_open_interest(key_where=ends_an_hour_or_a_day() ~ ' and ' ~ in_days_to_build('snapshot_at')) }}
