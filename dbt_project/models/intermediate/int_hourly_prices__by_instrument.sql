-- Hourly bar of each spot pair and perpetual contract, with the close of the hour before.
{{ config(materialized='table') }}

with

klines as (

    select klines.*
    from {{ ref('int_hourly_prices__all_venues') }} as klines
    inner join {{ ref('int_hours') }} as hours
        on
            klines.asset = hours.asset
            and klines.open_at = hours.hour_at

),

{{ bars_of_instruments('klines', period='hour_at', opened='open_at') }}

{{ bars_with_previous_close(period='hour_at', previous_period="bars.hour_at - interval '1' hour") }}
