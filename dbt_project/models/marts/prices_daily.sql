-- Spot price of each asset and day, with what the day did against the previous close.
with

calendar as (

    select
        asset,
        day,
        is_in_window
    from {{ ref('int_calendar') }}

),

ranked as (

    select
        asset,
        venue,
        day,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd,
        previous_close_usd,
        row_number() over (
            partition by asset, day
            order by volume_usd desc, venue asc, instrument asc
        ) as precedence
    from {{ ref('int_spot_prices') }}

),

-- one pair stands for the asset, the most traded one of the day: prices of several pairs are not averaged
prices as (

    select
        calendar.asset,
        calendar.day,
        calendar.is_in_window,
        ranked.open_usd,
        ranked.high_usd,
        ranked.low_usd,
        ranked.close_usd,
        ranked.volume_coin,
        ranked.volume_usd,
        ranked.previous_close_usd,
        ln(ranked.close_usd / ranked.previous_close_usd) as log_return,
        ranked.venue as venues
    from calendar
    left join ranked
        on
            calendar.asset = ranked.asset
            and calendar.day = ranked.day
            and ranked.precedence = 1

),

with_volatility as (

    select
        asset,
        day,
        is_in_window,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd,
        previous_close_usd,
        venues,
        case when count(log_return) over week = 7 then stddev_samp(log_return) over week end as deviation_7d,
        case when count(log_return) over month = 30 then stddev_samp(log_return) over month end as deviation_30d
    from prices
    window
        week as (partition by asset order by day rows between 6 preceding and current row),
        month as (partition by asset order by day rows between 29 preceding and current row)

)

select
    asset,
    day,
    open_usd,
    high_usd,
    low_usd,
    close_usd,
    volume_coin,
    volume_usd,
    {{ change_pct('close_usd', 'previous_close_usd') }} as return_pct,
    {{ change_pct('low_usd', 'previous_close_usd') }} as drawdown_pct,
    {{ change_pct('high_usd', 'previous_close_usd') }} as run_up_pct,
    100 * (high_usd - low_usd) / previous_close_usd as range_pct,
    100 * deviation_7d * sqrt(365) as realised_volatility_7d_pct,
    100 * deviation_30d * sqrt(365) as realised_volatility_30d_pct,
    venues
from with_volatility
where is_in_window
