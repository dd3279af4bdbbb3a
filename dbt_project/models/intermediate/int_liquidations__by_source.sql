-- Forced closings of each instrument and day by feed, in what the feed tells of coins and USD without a price.
-- Which feed counts is decided in int_liquidations__by_instrument.
{%- set sides = ['long', 'short', 'total'] %}

with

periods as (

    select
        asset,
        venue,
        instrument,
        feed,
        is_venue_feed,
        cast(period_start_at as date) as day,
        period_hours,
        {%- for side in sides %}
        {{ published_coins(side ~ '_contracts', side ~ '_coin') }} as {{ side }}_coin,
        {{ published_usd(side ~ '_contracts', side ~ '_usd') }} as {{ side }}_usd,
        {%- endfor %}
        event_count
    from {{ ref('int_liquidations__all_venues') }}
    where market = 'perpetual'

),

events as (

    select
        asset,
        venue,
        instrument,
        feed,
        is_venue_feed,
        position_side,
        cast(happened_at as date) as day,
        {{ published_coins('contracts', 'coin') }} as coin,
        {{ published_usd('contracts', 'usd') }} as usd
    from {{ ref('int_liquidation_events__all_venues') }}
    where market = 'perpetual'

),

days_of_periods as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        is_venue_feed,
        {{ total('period_hours') }} as hours_covered,
        {%- for unit in ['coin', 'usd'] %}
        {{ sum_if_all_known('long_' ~ unit) }} as long_{{ unit }},
        {{ sum_if_all_known('short_' ~ unit) }} as short_{{ unit }},
        {%- set both = 'coalesce(long_' ~ unit ~ ' + short_' ~ unit ~ ', total_' ~ unit ~ ')' %}
        {{ sum_if_all_known(both) }} as total_{{ unit }},
        {%- endfor %}
        cast({{ sum_if_all_known('event_count') }} as bigint) as event_count
    from periods
    group by asset, venue, instrument, day, feed, is_venue_feed

),

days_of_events as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        is_venue_feed,
        -- how much of the day its events are of, no event tells
        cast(null as double) as hours_covered,
        {%- for unit in ['coin', 'usd'] %}
        {%- set known = 'count(*) = count(' ~ unit ~ ')' %}
        {%- for side in ['long', 'short'] %}
        case
            when {{ known }} then {{ total("case when position_side = '" ~ side ~ "' then " ~ unit ~ ' else 0 end') }}
        end as {{ side }}_{{ unit }},
        {%- endfor %}
        case when {{ known }} then {{ total(unit) }} end as total_{{ unit }},
        {%- endfor %}
        count(*) as event_count
    from events
    group by asset, venue, instrument, day, feed, is_venue_feed

),

days_of_tape as (

    select
        asset,
        venue,
        instrument,
        day,
        source as feed,
        true as is_venue_feed,
        cast(24 as double) as hours_covered,
        long_coin,
        short_coin,
        total_coin,
        long_usd,
        short_usd,
        total_usd,
        event_count
    from {{ ref('int_liquidation_tape__by_day') }}
    where is_covered

)

{% for relation in ['days_of_periods', 'days_of_events', 'days_of_tape'] %}
select
    asset,
    venue,
    instrument,
    day,
    feed as source,
    is_venue_feed,
    {{ 'true' if relation == 'days_of_tape' else 'false' }} as is_recorded_here,
    hours_covered,
    long_coin,
    short_coin,
    total_coin,
    long_usd,
    short_usd,
    total_usd,
    event_count
from {{ relation }}
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
