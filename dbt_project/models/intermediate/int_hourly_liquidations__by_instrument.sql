-- Forced closings of each instrument and hour from one source, by the rule of the days, valued at the hour's close.
{{ config(materialized='table') }}

with

sources as (

    select
        *,
        covered_hours >= cast({{ var('wanted_tape_share') }} as double) as is_covered
    from {{ ref('int_hourly_liquidations__by_source') }}

),

closes as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        close_usd
    from {{ ref('int_hourly_prices__by_instrument') }}
    where market = 'perpetual'

),

{{ liquidations_of_one_source('sources', 'closes', period='hour_at') }}
