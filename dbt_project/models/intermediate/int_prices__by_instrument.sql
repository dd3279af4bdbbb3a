-- Daily bar of each spot pair and perpetual contract, with the close of the day before.
{{ config(materialized='table') }}

with

{{ bars_of_instruments(ref('int_klines__all_venues'), period='day', opened='day') }}

{{ bars_with_previous_close(period='day', previous_period="cast(bars.day - interval '1' day as date)") }}
