-- The days of each instrument for which anything is known about it, whatever the series.
with

known as (

    select
        asset,
        venue,
        instrument,
        market,
        day
    from {{ ref('int_prices__by_instrument') }}

    union all

    select
        asset,
        venue,
        instrument,
        'perpetual' as market,
        day
    from {{ ref('int_open_interest__by_instrument') }}

    union all

    select
        asset,
        venue,
        instrument,
        'perpetual' as market,
        day
    from {{ ref('int_funding__by_instrument') }}
    where implausible is null

    union all

    select
        asset,
        venue,
        instrument,
        'perpetual' as market,
        day
    from {{ ref('int_liquidations__by_instrument') }}

)

select
    asset,
    venue,
    instrument,
    market,
    min(day) as first_day,
    max(day) as last_day,
    count(distinct day) as day_count
from known
group by asset, venue, instrument, market
