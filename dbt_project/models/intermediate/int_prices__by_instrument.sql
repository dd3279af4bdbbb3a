-- Daily bar of each spot pair and perpetual contract, with the close of the day before.
{{ config(materialized='table') }}

with

{{ bars_of_instruments(ref('int_klines__all_venues'), period='day', opened='day') }}

{{ bars_beside_the_last(period='day', before="cast(bars.day - interval '1' day as date)") }}
