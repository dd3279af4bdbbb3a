-- Forced closings of each asset and day over the instruments whose feed tells longs from shorts for whole days,
-- with the set of feeds that they come from.
with

totals as (

    select
        asset,
        day,
        {{ sum_if_all_known('long_usd') }} as long_usd,
        {{ sum_if_all_known('short_usd') }} as short_usd,
        {{ sum_if_all_known('total_usd') }} as total_usd,
        {{ sum_if_all_known('long_coin') }} as long_coin,
        {{ sum_if_all_known('short_coin') }} as short_coin,
        {{ sum_if_all_known('total_coin') }} as total_coin,
        cast({{ sum_if_all_known('event_count') }} as bigint) as event_count,
        {{ sorted_list('venue') }} as venues,
        {{ sorted_list('counted_as') }} as feed_set
    from {{ ref('int_liquidations__counted') }}
    group by asset, day

)

select
    calendar.asset,
    calendar.day,
    totals.long_usd,
    totals.short_usd,
    totals.total_usd,
    totals.long_coin,
    totals.short_coin,
    totals.total_coin,
    totals.long_usd / nullif(totals.total_usd, 0) as long_share,
    totals.event_count,
    totals.total_usd / previous.open_interest_usd as previous_open_interest_share,
    totals.venues,
    totals.feed_set
from {{ ref('int_calendar') }} as calendar
left join totals
    on
        calendar.asset = totals.asset
        and calendar.day = totals.day
left join {{ ref('open_interest_daily') }} as previous
    on
        calendar.asset = previous.asset
        and previous.day = cast(calendar.day - interval '1' day as date)
where calendar.is_in_window
