-- liquidations_daily of the 24 hours that end with each hour instead of a calendar day, with their share of the open
-- interest 24 hours before the end.
{{ config(tags=['window']) }}

with

totals as (

    select
        asset,
        window_ended_at,
        {{ liquidation_totals() }}
    from {{ ref('int_window_24h__liquidations_counted') }}
    group by asset, window_ended_at

),

shares as (

    select
        totals.*,
        totals.long_liquidations_usd / nullif(totals.liquidations_usd, 0) as long_share,
        totals.liquidations_usd / previous.open_interest_usd as previous_open_interest_share
    from totals
    left join {{ ref('int_window_24h__open_interest') }} as previous
        on
            totals.asset = previous.asset
            and previous.window_ended_at = totals.window_ended_at - interval '24' hour

),

plausible as (

    select *
    from shares
    where {{ is_plausible('liquidation_days') }}

)

select
    windows.asset,
    windows.window_ended_at,
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
from {{ ref('int_windows_24h') }} as windows
left join plausible
    on
        windows.asset = plausible.asset
        and windows.window_ended_at = plausible.window_ended_at
