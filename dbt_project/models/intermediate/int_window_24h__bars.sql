-- The bar of the 24 hours that end with each hour, of each spot pair and perpetual contract, with the close of the 24
-- hours before. A window that lacks an hour has no bar: the hour may have held its low.
{{ config(tags=['window']) }}

with

hours as (

    {{ hours_of_windows(ref('int_hourly_prices__by_instrument')) }}

),

bars as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        window_ended_at,
        min(case when hour_at = window_ended_at - interval '24' hour then open_usd end) as open_usd,
        max(high_usd) as high_usd,
        min(low_usd) as low_usd,
        min(case when hour_at = window_ended_at - interval '1' hour then close_usd end) as close_usd,
        {{ sum_if_all_known('volume_coin') }} as volume_coin,
        {{ sum_if_all_known('volume_usd') }} as volume_usd
    from hours
    group by asset, venue, instrument, market, margin_type, window_ended_at
    having count(*) = 24

)

select
    bars.asset,
    bars.venue,
    bars.instrument,
    bars.market,
    bars.margin_type,
    bars.window_ended_at,
    bars.open_usd,
    bars.high_usd,
    bars.low_usd,
    bars.close_usd,
    bars.volume_coin,
    bars.volume_usd,
    previous.close_usd as previous_close_usd
from bars
left join {{ ref('int_hourly_prices__by_instrument') }} as previous
    on
        bars.asset = previous.asset
        and bars.venue = previous.venue
        and bars.instrument = previous.instrument
        and bars.market = previous.market
        and previous.hour_at = bars.window_ended_at - interval '25' hour
