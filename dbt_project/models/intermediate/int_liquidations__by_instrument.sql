-- Forced closings of each instrument and day from one source: one that tells longs from shorts over the whole
-- day before any other (single events never do), what is published before what was recorded here, the venue's own
-- before an aggregator's.
{{ config(materialized='table') }}
{%- set coin = 'long_liquidations_coin + short_liquidations_coin' %}
{%- set usd = 'long_liquidations_usd + short_liquidations_usd' %}
{%- set is_whole = 'hours_covered = 24 and coalesce(' ~ coin ~ ', ' ~ usd ~ ') is not null' %}

with

ranked as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        long_liquidations_coin,
        short_liquidations_coin,
        liquidations_coin,
        price_usd,
        long_liquidations_usd,
        short_liquidations_usd,
        liquidations_usd,
        liquidation_count,
        coalesce({{ is_whole }}, false) as is_whole,
        row_number() over (
            partition by asset, venue, instrument, day
            order by
                case when {{ is_whole }} then 1 else 2 end,
                case when is_recorded_here then 2 else 1 end,
                case when is_venue_feed then 1 else 2 end,
                feed
        ) as precedence
    from {{ ref('int_liquidations__by_source') }}

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
        chosen.day,
        max(breaks.first_day) as feed_version
    from chosen
    inner join {{ ref('feed_breaks') }} as breaks
        on
            chosen.feed = breaks.feed
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
            then chosen.feed || ':' || chosen.venue || coalesce('@' || cast(versions.feed_version as string), '')
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
