-- Open interest at the end of a day, one row per source, in the ten minutes up to 24:00, that moment included. Which
-- source counts is decided in int_open_interest__by_instrument.
{{ config(materialized='by_day') }}

with

observations as (

    select
        asset,
        venue,
        instrument,
        margin_type,
        unit_size,
        feed,
        is_venue_feed,
        snapshot_at,
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        is_both_sides,
        mark_price_usd,
        {{ day_closed_by('snapshot_at') }} as day,
        {{ is_at_day_end('snapshot_at') }} as is_at_day_end
    from {{ ref('int_open_interest__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null
        and ({{ is_at_day_end('snapshot_at') }} or feed in {{ feeds_without_history() }})
        and {{ in_days_to_build('snapshot_at') }}

),

{{ open_interest_by_source(period='day', is_at_end='is_at_day_end') }}
