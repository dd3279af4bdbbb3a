-- Forced closings of each instrument and day by feed, in what the feed tells of coins and USD without a price.
-- Which feed counts is decided in int_liquidations__by_instrument.
{%- set sides = ['long', 'short', 'total'] %}

with

periods as (

    select
        asset,
        venue,
        instrument,
        margin_type,
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

)

select
    asset,
    venue,
    instrument,
    day,
    feed as source,
    is_venue_feed,
    {{ total('period_hours') }} as hours_covered,
    {%- for unit in ['coin', 'usd'] %}
    {{ sum_if_all_known('long_' ~ unit) }} as long_{{ unit }},
    {{ sum_if_all_known('short_' ~ unit) }} as short_{{ unit }},
    {{ sum_if_all_known('coalesce(long_' ~ unit ~ ' + short_' ~ unit ~ ', total_' ~ unit ~ ')') }} as total_{{ unit }},
    {%- endfor %}
    cast({{ sum_if_all_known('event_count') }} as bigint) as event_count
from periods
group by asset, venue, instrument, day, feed, is_venue_feed
