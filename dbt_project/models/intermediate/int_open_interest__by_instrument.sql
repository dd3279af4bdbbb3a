-- Open interest of each instrument and day from one source.
{{ config(materialized='table') }}

with

{{ open_interest_from_one_source(
    ref('int_open_interest__day_end'), ref('int_perpetual_closes'), period='day', is_at_end='is_at_day_end'
) }}
