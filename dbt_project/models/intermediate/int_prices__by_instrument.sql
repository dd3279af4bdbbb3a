-- Daily bar of each spot pair and perpetual contract, from the venue's own feed or else an aggregator's of the same
-- contract, with the close of the day before.
{{ config(materialized='table') }}

with

ranked as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        day,
        feed,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        -- a venue that publishes coins alone: at the close, which is within the range of the day
        coalesce(volume_usd, volume_coin * close_usd) as volume_usd,
        row_number() over (
            partition by asset, venue, instrument, market, day
            order by case when is_venue_feed then 1 else 2 end, feed
        ) as precedence
    from {{ ref('int_klines__all_venues') }}
    where
        market in ('spot', 'perpetual')
        and implausible is null
        and {{ was_traded() }}

),

bars as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        day,
        feed,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd
    from ranked
    where precedence = 1

)

select
    bars.asset,
    bars.venue,
    bars.instrument,
    bars.market,
    bars.margin_type,
    bars.day,
    bars.feed,
    bars.open_usd,
    bars.high_usd,
    bars.low_usd,
    bars.close_usd,
    bars.volume_coin,
    bars.volume_usd,
    previous.close_usd as previous_close_usd
from bars
left join bars as previous
    on
        bars.asset = previous.asset
        and bars.venue = previous.venue
        and bars.instrument = previous.instrument
        and bars.market = previous.market
        and previous.day = cast(bars.day - interval '1' day as date)
