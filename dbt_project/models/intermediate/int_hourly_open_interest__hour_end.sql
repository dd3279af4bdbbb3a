-- Open interest at the end of an hour, one row per source, in the ten minutes up to the next full hour, that moment
-- included.

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
        {{ hour_closed_by('snapshot_at') }} as hour_at,
        {{ is_at_hour_end('snapshot_at') }} as is_at_hour_end
    from {{ ref('int_hourly_open_interest__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null
        and snapshot_at > (select min(hours.hour_at) from {{ ref('int_hours') }} as hours)

),

{{ open_interest_by_source(period='hour_at', is_at_end='is_at_hour_end') }}
