-- Forced closings of each instrument and day from one source: one that tells longs from shorts over the whole
-- day before any other (single events never do), what is published before what was recorded here, the venue's own
-- before an aggregator's. What the source leaves out (USD of coins, coins of USD) is valued at the daily close of
-- the very contract that was liquidated; without that close it stays unknown.
{{ config(materialized='table') }}
{%- set is_whole = 'hours_covered = 24 and coalesce(long_coin + short_coin, long_usd + short_usd) is not null' %}

with

ranked as (

    select
        asset,
        venue,
        instrument,
        day,
        source,
        long_coin,
        short_coin,
        total_coin,
        long_usd,
        short_usd,
        total_usd,
        event_count,
        coalesce({{ is_whole }}, false) as is_whole,
        row_number() over (
            partition by asset, venue, instrument, day
            order by
                case when {{ is_whole }} then 1 else 2 end,
                case when is_recorded_here then 2 else 1 end,
                case when is_venue_feed then 1 else 2 end,
                source
        ) as precedence
    from {{ ref('int_liquidations__by_source') }}

),

chosen as (

    select
        ranked.asset,
        ranked.venue,
        ranked.instrument,
        ranked.day,
        ranked.source,
        ranked.long_coin,
        ranked.short_coin,
        ranked.total_coin,
        ranked.long_usd,
        ranked.short_usd,
        ranked.total_usd,
        ranked.event_count,
        ranked.is_whole,
        closes.close_usd as price_usd
    from ranked
    left join {{ ref('int_perpetual_closes') }} as closes
        on
            ranked.asset = closes.asset
            and ranked.venue = closes.venue
            and ranked.instrument = closes.instrument
            and ranked.day = closes.day
    where ranked.precedence = 1

),

-- the last day on which the feed began to mean something else: levels before it do not compare with later ones
versions as (

    select
        chosen.asset,
        chosen.venue,
        chosen.instrument,
        chosen.day,
        max(breaks.first_day) as feed_version
    from chosen
    inner join {{ ref('feed_breaks') }} as breaks
        on
            chosen.source = breaks.feed
            and chosen.venue = breaks.venue
            and chosen.day >= breaks.first_day
            and breaks.restarts_baseline
    group by chosen.asset, chosen.venue, chosen.instrument, chosen.day

)

select
    chosen.asset,
    chosen.venue,
    chosen.instrument,
    chosen.day,
    chosen.source,
    {%- for side in ['long', 'short', 'total'] %}
    {{ coins_at_price('chosen.' ~ side ~ '_coin', 'chosen.' ~ side ~ '_usd') }} as {{ side }}_coin,
    {%- endfor %}
    case when chosen.total_coin is null or chosen.total_usd is null then chosen.price_usd end as price_usd,
    {%- for side in ['long', 'short', 'total'] %}
    {{ usd_at_price('chosen.' ~ side ~ '_coin', 'chosen.' ~ side ~ '_usd') }} as {{ side }}_usd,
    {%- endfor %}
    chosen.event_count,
    -- An aggregator's sum over exchanges is no contract: beside theirs it would count them twice.
    case
        when chosen.is_whole and venues.kind = 'exchange'
            then chosen.source || ':' || chosen.venue || coalesce('@' || cast(versions.feed_version as varchar), '')
    end as counted_as
from chosen
inner join {{ ref('venues') }} as venues
    on chosen.venue = venues.venue
left join versions
    on
        chosen.asset = versions.asset
        and chosen.venue = versions.venue
        and chosen.instrument = versions.instrument
        and chosen.day = versions.day
