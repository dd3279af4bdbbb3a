-- Forced closings of each instrument and day from one source, the venue's own before an aggregator's. Coins
-- are valued at the daily close of the very contract that was liquidated; without that close USD stays
-- unknown.
{{ config(materialized='table') }}

with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument,
        is_venue_feed
    from {{ ref('stg_ops__instruments') }}
    where market = 'perpetual'

),

liquidations as (

    select
        'coinalyze_liquidations' as feed,
        symbol,
        day,
        long_coin,
        short_coin,
        cast(null as bigint) as event_count
    from {{ ref('stg_coinalyze__liquidations') }}

),

ranked as (

    select
        instruments.asset,
        instruments.venue,
        instruments.instrument,
        liquidations.day,
        liquidations.feed as source,
        liquidations.long_coin,
        liquidations.short_coin,
        liquidations.event_count,
        row_number() over (
            partition by instruments.asset, instruments.venue, instruments.instrument, liquidations.day
            order by case when instruments.is_venue_feed then 1 else 2 end, liquidations.feed
        ) as precedence
    from liquidations
    inner join instruments
        on
            liquidations.feed = instruments.feed
            and liquidations.symbol = instruments.symbol

)

select
    ranked.asset,
    ranked.venue,
    ranked.instrument,
    ranked.day,
    ranked.source,
    ranked.long_coin,
    ranked.short_coin,
    ranked.long_coin + ranked.short_coin as total_coin,
    closes.close_usd as price_usd,
    ranked.long_coin * closes.close_usd as long_usd,
    ranked.short_coin * closes.close_usd as short_usd,
    (ranked.long_coin + ranked.short_coin) * closes.close_usd as total_usd,
    ranked.event_count
from ranked
left join {{ ref('int_perpetual_closes') }} as closes
    on
        ranked.asset = closes.asset
        and ranked.venue = closes.venue
        and ranked.instrument = closes.instrument
        and ranked.day = closes.day
where ranked.precedence = 1
