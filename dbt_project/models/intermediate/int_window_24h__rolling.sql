-- rolling_24h_daily of the 24 hours that end with each hour instead of a calendar day: the extremes over the 24 rolling
-- windows that end in them. One that lacks a rolling window has no extreme: the missing one may have held it.
{{ config(tags=['window']) }}

with

bars as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        high_usd,
        low_usd,
        close_usd,
        volume_usd
    from {{ ref('int_hourly_prices__by_instrument') }}
    where market = 'spot'

),

moves as (

    select
        bars.asset,
        bars.venue,
        bars.instrument,
        bars.hour_at,
        bars.volume_usd,
        {{ change_pct('bars.close_usd', 'earlier.close_usd') }} as return_pct,
        {{ change_pct('bars.low_usd', 'earlier.close_usd') }} as low_pct,
        {{ change_pct('bars.high_usd', 'earlier.close_usd') }} as high_pct
    from bars
    inner join bars as earlier
        on
            bars.asset = earlier.asset
            and bars.venue = earlier.venue
            and bars.instrument = earlier.instrument
            and earlier.hour_at = bars.hour_at - interval '24' hour

),

moves_of_windows as (

    {{ hours_of_windows('moves') }}

),

price_extremes as (

    select
        asset,
        venue,
        instrument,
        window_ended_at,
        min(return_pct) as worst_return_24h_pct,
        min_by(hour_at + interval '1' hour, (return_pct, hour_at)) as worst_return_24h_ended_at,
        max(return_pct) as best_return_24h_pct,
        min_by(hour_at + interval '1' hour, (-return_pct, hour_at)) as best_return_24h_ended_at,
        min(low_pct) as low_vs_close_24h_before_pct,
        max(high_pct) as high_vs_close_24h_before_pct,
        {{ total('volume_usd') }} as volume_usd
    from moves_of_windows
    group by asset, venue, instrument, window_ended_at
    having count(return_pct) = 24

),

-- one pair represents the asset, as in rolling_24h_daily
prices as (

    select
        *,
        row_number() over (
            partition by asset, window_ended_at
            order by volume_usd desc, venue asc, instrument asc
        ) as precedence
    from price_extremes

),

changes as (

    select
        later.asset,
        later.hour_at,
        {{ change_pct(total('later.open_interest_coin'), total('earlier.open_interest_coin')) }} as change_pct
    from {{ ref('int_hourly_open_interest__on_the_hour') }} as later
    inner join {{ ref('int_hourly_open_interest__on_the_hour') }} as earlier
        on
            later.asset = earlier.asset
            and later.venue = earlier.venue
            and later.instrument = earlier.instrument
            and earlier.hour_at = later.hour_at - interval '24' hour
    group by later.asset, later.hour_at

),

changes_of_windows as (

    {{ hours_of_windows('changes') }}

),

open_interest as (

    select
        asset,
        window_ended_at,
        min(change_pct) as open_interest_fall_24h_pct,
        min_by(hour_at + interval '1' hour, (change_pct, hour_at)) as open_interest_fall_24h_ended_at,
        max(change_pct) as open_interest_rise_24h_pct,
        min_by(hour_at + interval '1' hour, (-change_pct, hour_at)) as open_interest_rise_24h_ended_at
    from changes_of_windows
    group by asset, window_ended_at
    having count(change_pct) = 24

)

select
    windows.asset,
    windows.window_ended_at,
    prices.worst_return_24h_pct,
    prices.worst_return_24h_ended_at,
    prices.best_return_24h_pct,
    prices.best_return_24h_ended_at,
    prices.low_vs_close_24h_before_pct,
    prices.high_vs_close_24h_before_pct,
    open_interest.open_interest_fall_24h_pct,
    open_interest.open_interest_fall_24h_ended_at,
    open_interest.open_interest_rise_24h_pct,
    open_interest.open_interest_rise_24h_ended_at,
    prices.instrument as price_instrument
from {{ ref('int_windows_24h') }} as windows
left join prices
    on
        windows.asset = prices.asset
        and windows.window_ended_at = prices.window_ended_at
        and prices.precedence = 1
left join open_interest
    on
        windows.asset = open_interest.asset
        and windows.window_ended_at = open_interest.window_ended_at
