-- Forced closings of each asset and day over the instruments whose feed tells longs from shorts for whole days,
-- with the set of feeds that they come from.
with

plausible as (

    select
        asset,
        day,
        long_liquidations_usd,
        short_liquidations_usd,
        liquidations_usd,
        long_liquidations_coin,
        short_liquidations_coin,
        liquidations_coin,
        long_share,
        liquidation_count,
        previous_open_interest_share,
        venues,
        feed_set
    from {{ ref('int_liquidations__by_asset') }}
    where {{ is_plausible('liquidation_days') }}

)

select
    calendar.asset,
    calendar.day,
    plausible.long_liquidations_usd,
    plausible.short_liquidations_usd,
    plausible.liquidations_usd,
    plausible.long_liquidations_coin,
    plausible.short_liquidations_coin,
    plausible.liquidations_coin,
    plausible.long_share,
    plausible.liquidation_count,
    plausible.previous_open_interest_share,
    plausible.venues,
    plausible.feed_set
from {{ ref('int_calendar') }} as calendar
left join plausible
    on
        calendar.asset = plausible.asset
        and calendar.day = plausible.day
where calendar.is_in_window
