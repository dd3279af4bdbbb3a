-- Forced closings of each asset and day, and their share of the open interest of the day before.
with

totals as (

    select
        asset,
        day,
        {{ liquidation_totals() }}
    from {{ ref('int_liquidations__counted') }}
    group by asset, day

)

select
    totals.asset,
    totals.day,
    totals.long_liquidations_usd,
    totals.short_liquidations_usd,
    totals.liquidations_usd,
    totals.long_liquidations_coin,
    totals.short_liquidations_coin,
    totals.liquidations_coin,
    totals.long_liquidations_usd / nullif(totals.liquidations_usd, 0) as long_share,
    totals.liquidation_count,
    totals.liquidations_usd / previous.open_interest_usd as previous_open_interest_share,
    totals.venues,
    totals.feed_set
from totals
left join {{ ref('open_interest_daily') }} as previous
    on
        totals.asset = previous.asset
        and previous.day = cast(totals.day - interval '1' day as date)
