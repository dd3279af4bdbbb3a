-- Open interest of each instrument and hour from one source, by the rule of the days.
{{ config(materialized='table') }}

with

closes as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        close_usd,
        row_number() over (
            partition by asset, venue, hour_at
            order by volume_usd desc nulls last, instrument asc
        ) = 1 as is_venue_reference
    from {{ ref('int_hourly_prices__by_instrument') }}
    where market = 'perpetual'

),

{{ open_interest_from_one_source(
    ref('int_hourly_open_interest__hour_end'), 'closes', period='hour_at', is_at_end='is_at_hour_end'
) }}
