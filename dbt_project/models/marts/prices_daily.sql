-- Spot price of each asset and day, the median of the venues, with what the day did against the previous close.
-- An asset without a spot pair in the catalogue has the price of its perpetual contracts.
with

calendar as (

    select
        asset,
        day,
        is_in_window
    from {{ ref('int_calendar') }}

),

bars as (

    {{ prices_of_assets(ref('int_spot_prices__by_venue'), period='day') }}

),

prices as (

    select
        calendar.asset,
        calendar.day,
        calendar.is_in_window,
        bars.open_usd,
        bars.high_usd,
        bars.low_usd,
        bars.close_usd,
        bars.volume_coin,
        bars.volume_usd,
        bars.previous_close_usd,
        bars.market,
        ln(bars.close_usd / bars.previous_close_usd) as log_return,
        bars.venues,
        bars.rejected_venues
    from calendar
    left join bars
        on
            calendar.asset = bars.asset
            and calendar.day = bars.day

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
        market,
        venues,
        rejected_venues,
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
    {{ moves_of_bar() }},
    100 * deviation_7d * sqrt(365) as realised_volatility_7d_pct,
    100 * deviation_30d * sqrt(365) as realised_volatility_30d_pct,
    market,
    venues,
    rejected_venues
from with_volatility
where is_in_window
