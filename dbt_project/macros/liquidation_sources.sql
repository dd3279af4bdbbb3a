{# The forced closings of each instrument and period from one source, as CTEs and the final select: one that tells longs
   from shorts over the whole period before any other, what is published before what was recorded here, the venue's own
   before an aggregator's. `sources` has each feed's sums by `period` as published, and is_covered; `closes` is a CTE with
   the close of each perpetual contract by `period`. #}
{% macro liquidations_of_one_source(sources, closes, period) -%}
{%- set sides_coin = 'long_liquidations_coin + short_liquidations_coin' %}
{%- set sides_usd = 'long_liquidations_usd + short_liquidations_usd' %}
{%- set is_whole = 'is_covered and coalesce(' ~ sides_coin ~ ', ' ~ sides_usd ~ ') is not null' -%}
priced as (

    select
        sources.*,
        closes.close_usd as price_usd
    from {{ sources }} as sources
    left join {{ closes }} as closes
        on
            sources.asset = closes.asset
            and sources.venue = closes.venue
            and sources.instrument = closes.instrument
            and sources.{{ period }} = closes.{{ period }}

),

valued as (

    select
        asset,
        venue,
        instrument,
        {{ period }},
        feed,
        daily_feed,
        is_venue_feed,
        is_recorded_here,
        is_covered,
        {{ valued_liquidations() }},
        liquidation_count
    from priced

),

ranked as (

    select
        *,
        coalesce({{ is_whole }}, false) as is_whole,
        row_number() over (
            partition by asset, venue, instrument, {{ period }}
            order by
                case when {{ is_whole }} then 1 else 2 end,
                case when is_recorded_here then 2 else 1 end,
                case when is_venue_feed then 1 else 2 end,
                feed
        ) as precedence
    from valued

),

chosen as (

    select *
    from ranked
    where precedence = 1

),

-- the last day on which the feed began to mean something else: levels before it do not compare with later ones
versions as (

    select
        chosen.asset,
        chosen.venue,
        chosen.instrument,
        chosen.{{ period }},
        max(breaks.first_day) as feed_version
    from chosen
    inner join {{ ref('feed_breaks') }} as breaks
        on
            chosen.daily_feed = breaks.feed
            and chosen.venue = breaks.venue
            and {{ day_closed_by('chosen.' ~ period ~ (" + interval '1' hour" if period == 'hour_at' else '')) }} >= breaks.first_day
            and breaks.restarts_baseline
    group by chosen.asset, chosen.venue, chosen.instrument, chosen.{{ period }}

)

select
    chosen.asset,
    chosen.venue,
    chosen.instrument,
    chosen.{{ period }},
    chosen.feed,
    chosen.long_liquidations_coin,
    chosen.short_liquidations_coin,
    chosen.liquidations_coin,
    chosen.price_usd,
    chosen.long_liquidations_usd,
    chosen.short_liquidations_usd,
    chosen.liquidations_usd,
    chosen.liquidation_count,
    -- An aggregator's sum over exchanges is no contract: beside theirs it would count them twice.
    case
        when chosen.is_whole and venues.kind = 'exchange'
            then {{ counted_as('chosen.daily_feed', 'chosen.venue', 'versions.feed_version') }}
    end as counted_as
from chosen
inner join {{ ref('venues') }} as venues
    on chosen.venue = venues.venue
left join versions
    on
        chosen.asset = versions.asset
        and chosen.venue = versions.venue
        and chosen.instrument = versions.instrument
        and chosen.{{ period }} = versions.{{ period }}
{%- endmacro %}

{# The sums of an asset and period over the forced closings that count. #}
{% macro liquidation_totals() -%}
    {{ sum_if_all_known('long_liquidations_usd') }} as long_liquidations_usd,
    {{ sum_if_all_known('short_liquidations_usd') }} as short_liquidations_usd,
    {{ sum_if_all_known('liquidations_usd') }} as liquidations_usd,
    {{ sum_if_all_known('long_liquidations_coin') }} as long_liquidations_coin,
    {{ sum_if_all_known('short_liquidations_coin') }} as short_liquidations_coin,
    {{ sum_if_all_known('liquidations_coin') }} as liquidations_coin,
    cast({{ sum_if_all_known('liquidation_count') }} as bigint) as liquidation_count,
    {{ sorted_list('venue') }} as venues,
    {{ sorted_list('counted_as') }} as feed_set
{%- endmacro %}
