-- Hourly bar of each spot pair and perpetual contract, from the venue's own feed or else an aggregator's of the same
-- contract, with the close of the hour before.
{{ config(materialized='table') }}

with

ranked as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        open_at as hour_at,
        feed,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        -- a venue that publishes coins alone: at the close, which is within the range of the hour
        coalesce(volume_usd, volume_coin * close_usd) as volume_usd,
        row_number() over (
            partition by asset, venue, instrument, market, open_at
            order by case when is_venue_feed then 1 else 2 end, feed
        ) as precedence
    from {{ ref('int_hourly_prices__all_venues') }}
    where
        market in ('spot', 'perpetual')
        and implausible is null
        and {{ was_traded() }}

),

bars as (

    select
        ranked.asset,
        ranked.venue,
        ranked.instrument,
        ranked.market,
        ranked.margin_type,
        ranked.hour_at,
        ranked.feed,
        ranked.open_usd,
        ranked.high_usd,
        ranked.low_usd,
        ranked.close_usd,
        ranked.volume_coin,
        ranked.volume_usd
    from ranked
    inner join {{ ref('int_hours') }} as hours
        on
            ranked.asset = hours.asset
            and ranked.hour_at = hours.hour_at
    where ranked.precedence = 1

)

select
    bars.asset,
    bars.venue,
    bars.instrument,
    bars.market,
    bars.margin_type,
    bars.hour_at,
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
        and previous.hour_at = bars.hour_at - interval '1' hour
