-- Forced closings of each instrument and hour by feed, as published and not valued: sums of the hour, and what was
-- recorded here. Single events are left out, because none of them says how much of the hour is missing.
{{ config(materialized='table') }}
{%- set names = {'long': 'long_liquidations', 'short': 'short_liquidations', 'total': 'liquidations'} %}

with

sums as (

    select
        asset,
        venue,
        instrument,
        period_start_at as hour_at,
        feed,
        is_venue_feed,
        {%- for side, name in names.items() %}
        {{ published_coins(side ~ '_contracts', name ~ '_coin') }} as {{ name }}_coin,
        {{ published_usd(side ~ '_contracts', name ~ '_usd') }} as {{ name }}_usd,
        {%- endfor %}
        liquidation_count
    from {{ ref('int_hourly_liquidations__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null
        and period_hours = 1
        and period_start_at = {{ start_of_hour('period_start_at') }}

),

sources as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        feed,
        is_venue_feed,
        false as is_recorded_here,
        1e0 as covered_hours,
        {%- for unit in ['coin', 'usd'] %}
        long_liquidations_{{ unit }},
        short_liquidations_{{ unit }},
        coalesce(long_liquidations_{{ unit }} + short_liquidations_{{ unit }}, liquidations_{{ unit }})
            as liquidations_{{ unit }},
        {%- endfor %}
        liquidation_count
    from sums

    union all

    select
        asset,
        venue,
        instrument,
        hour_at,
        feed,
        true as is_venue_feed,
        true as is_recorded_here,
        recorded_share as covered_hours,
        {%- for unit in ['coin', 'usd'] %}
        long_liquidations_{{ unit }},
        short_liquidations_{{ unit }},
        long_liquidations_{{ unit }} + short_liquidations_{{ unit }} as liquidations_{{ unit }},
        {%- endfor %}
        long_count + short_count as liquidation_count
    from {{ ref('int_liquidation_tape__by_hour') }}

)

select
    sources.asset,
    sources.venue,
    sources.instrument,
    sources.hour_at,
    sources.feed,
    -- the feed of the days that has the same figures: the same name, or the one without hourly_
    replace(sources.feed, '_hourly_', '_') as daily_feed,
    sources.is_venue_feed,
    sources.is_recorded_here,
    sources.covered_hours,
    {%- for name in names.values() %}
    sources.{{ name }}_coin,
    sources.{{ name }}_usd,
    {%- endfor %}
    sources.liquidation_count
from sources
inner join {{ ref('int_hours') }} as hours
    on
        sources.asset = hours.asset
        and sources.hour_at = hours.hour_at
