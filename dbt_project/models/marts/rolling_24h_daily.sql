-- What the rolling 24 hours of each asset say that end in a day. A day with a missing hour has no extreme: the window
-- that is missing may have held it.
with

calendar as (

    select
        asset,
        day
    from {{ ref('int_calendar') }}
    where is_in_window

),

-- one pair stands for the asset, as in prices_daily; a pair with more of the day's windows comes first
prices as (

    select
        asset,
        day,
        venue,
        instrument,
        worst_return_24h_pct,
        worst_return_24h_ended_at,
        best_return_24h_pct,
        best_return_24h_ended_at,
        low_vs_close_24h_before_pct,
        high_vs_close_24h_before_pct,
        window_count = 24 as is_whole,
        row_number() over (
            partition by asset, day
            order by window_count desc, volume_usd desc, venue asc, instrument asc
        ) as precedence
    from {{ ref('int_rolling_24h__prices') }}

),

open_interest as (

    select
        asset,
        day,
        open_interest_fall_24h_pct,
        open_interest_fall_24h_ended_at,
        open_interest_rise_24h_pct,
        open_interest_rise_24h_ended_at
    from {{ ref('int_rolling_24h__open_interest') }}
    where window_count = 24

)

select
    calendar.asset,
    calendar.day,
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
from calendar
left join prices
    on
        calendar.asset = prices.asset
        and calendar.day = prices.day
        and prices.precedence = 1
        and prices.is_whole
left join open_interest
    on
        calendar.asset = open_interest.asset
        and calendar.day = open_interest.day
