-- Open interest of each asset at the end of each hour over the instruments whose value in USD is known, with its change
-- over an hour by those that are known at both ends.

with

valued as (

    select
        changes.asset,
        changes.venue,
        changes.instrument,
        changes.hour_at,
        changes.feed,
        changes.open_interest_coin,
        changes.open_interest_usd,
        case when earlier.open_interest_usd is not null then changes.open_interest_change_1h_pct end
            as open_interest_change_1h_pct,
        earlier.open_interest_usd as usd_1h_ago
    from {{ ref('open_interest_by_venue_hourly') }} as changes
    left join {{ ref('int_hourly_open_interest__by_instrument') }} as earlier
        on
            changes.asset = earlier.asset
            and changes.venue = earlier.venue
            and changes.instrument = earlier.instrument
            and earlier.hour_at = changes.hour_at - interval '1' hour
    where changes.open_interest_usd is not null

),

totals as (

    select
        asset,
        hour_at,
        {{ total('open_interest_usd') }} as open_interest_usd,
        {{ sum_if_all_known('open_interest_coin') }} as open_interest_coin,
        {{ weighted_mean('open_interest_change_1h_pct', 'usd_1h_ago') }} as open_interest_change_1h_pct,
        {{ sorted_list("venue || ':' || instrument") }} as instruments,
        {{ sorted_list('venue') }} as venues,
        {{ sorted_list('feed') }} as feeds
    from valued
    group by asset, hour_at

)

select
    hours.asset,
    hours.hour_at,
    totals.open_interest_usd,
    totals.open_interest_coin,
    totals.open_interest_change_1h_pct,
    totals.instruments,
    totals.venues,
    totals.feeds
from {{ ref('int_hours') }} as hours
left join totals
    on
        hours.asset = totals.asset
        and hours.hour_at = totals.hour_at
where hours.is_in_window
