-- Forced closings of each instrument and day by feed, in coins and USD. What the feed leaves out is valued: USD of
-- coins at the daily close of the very contract that was liquidated, or without that close at the price of each single
-- event; coins of USD at the price of each event, or of a sum over a period at the close. Without a price it stays
-- unknown. Which feed counts is decided in int_liquidations__by_instrument.
{%- set names = {'long': 'long_liquidations', 'short': 'short_liquidations', 'total': 'liquidations'} %}

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
        {%- for side, name in names.items() %}
        {{ published_coins(side ~ '_contracts', name ~ '_coin') }} as {{ name }}_coin,
        {{ published_usd(side ~ '_contracts', name ~ '_usd') }} as {{ name }}_usd,
        {%- endfor %}
        liquidation_count
    from {{ ref('int_liquidations__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null

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
        {{ published_usd('contracts', 'usd') }} as usd,
        price_usd
    from {{ ref('int_liquidation_events__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null

),

events_at_their_price as (

    select
        *,
        {{ coins_at_price('coin', 'usd') }} as priced_coin,
        {{ usd_at_price('coin', 'usd') }} as priced_usd
    from events

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
        {{ sum_if_all_known('long_liquidations_' ~ unit) }} as long_liquidations_{{ unit }},
        {{ sum_if_all_known('short_liquidations_' ~ unit) }} as short_liquidations_{{ unit }},
        {%- set sides = 'long_liquidations_' ~ unit ~ ' + short_liquidations_' ~ unit %}
        {{ sum_if_all_known('coalesce(' ~ sides ~ ', liquidations_' ~ unit ~ ')') }} as liquidations_{{ unit }},
        {%- endfor %}
        {%- for name in names.values() %}
        cast(null as double) as {{ name }}_priced_coin,
        cast(null as double) as {{ name }}_priced_usd,
        {%- endfor %}
        cast({{ sum_if_all_known('liquidation_count') }} as bigint) as liquidation_count
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
        {%- for unit in ['coin', 'usd', 'priced_coin', 'priced_usd'] %}
        {%- set known = 'count(*) = count(' ~ unit ~ ')' %}
        {%- for side in ['long', 'short'] %}
        case
            when {{ known }} then {{ total("case when position_side = '" ~ side ~ "' then " ~ unit ~ ' else 0 end') }}
        end as {{ side }}_liquidations_{{ unit }},
        {%- endfor %}
        case when {{ known }} then {{ total(unit) }} end as liquidations_{{ unit }},
        {%- endfor %}
        count(*) as liquidation_count
    from events_at_their_price
    group by asset, venue, instrument, day, feed, is_venue_feed

),

days_of_tape as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        true as is_venue_feed,
        cast(24 as double) as hours_covered,
        long_liquidations_coin,
        short_liquidations_coin,
        liquidations_coin,
        long_liquidations_usd,
        short_liquidations_usd,
        liquidations_usd,
        {%- for name in names.values() %}
        cast(null as double) as {{ name }}_priced_coin,
        cast(null as double) as {{ name }}_priced_usd,
        {%- endfor %}
        liquidation_count
    from {{ ref('int_liquidation_tape__by_day') }}
    where is_covered

),

published as (

    {% for relation in ['days_of_periods', 'days_of_events', 'days_of_tape'] %}
    select
        asset,
        venue,
        instrument,
        day,
        feed,
        is_venue_feed,
        {{ 'true' if relation == 'days_of_tape' else 'false' }} as is_recorded_here,
        hours_covered,
        {%- for name in names.values() %}
        {{ name }}_coin,
        {{ name }}_usd,
        {{ name }}_priced_coin,
        {{ name }}_priced_usd,
        {%- endfor %}
        liquidation_count
    from {{ relation }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

priced as (

    select
        published.*,
        closes.close_usd as price_usd
    from published
    left join {{ ref('int_perpetual_closes') }} as closes
        on
            published.asset = closes.asset
            and published.venue = closes.venue
            and published.instrument = closes.instrument
            and published.day = closes.day

)

-- Both sides and the total of a unit come from the same figures, or they would not add up.
select
    asset,
    venue,
    instrument,
    day,
    feed,
    is_venue_feed,
    is_recorded_here,
    hours_covered,
    {%- for name in names.values() %}
    {%- set coin, usd = name ~ '_coin', name ~ '_usd' %}
    case
        when liquidations_coin is not null then {{ coin }}
        when liquidations_priced_coin is not null then {{ name }}_priced_coin
        when liquidations_usd / price_usd is not null then {{ usd }} / price_usd
        else {{ coin }}
    end as {{ coin }},
    {%- endfor %}
    case
        when liquidations_usd is null and liquidations_coin is not null then price_usd
        when liquidations_usd is not null and liquidations_coin is null and liquidations_priced_coin is null
            then price_usd
    end as price_usd,
    {%- for name in names.values() %}
    {%- set coin, usd = name ~ '_coin', name ~ '_usd' %}
    case
        when liquidations_usd is not null then {{ usd }}
        when liquidations_coin * price_usd is not null then {{ coin }} * price_usd
        when liquidations_priced_usd is not null then {{ name }}_priced_usd
        else {{ usd }}
    end as {{ usd }},
    {%- endfor %}
    liquidation_count
from priced
