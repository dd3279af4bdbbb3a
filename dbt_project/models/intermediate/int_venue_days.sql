-- Which venue reported what for which asset and day, and how much of it: what the totals of that day rest on.
with

reported as (

    select
        'prices' as series,
        asset,
        venue,
        day,
        cast(1 as double) as size
    from {{ ref('int_prices__by_instrument') }}
    where market = 'spot'

    union all

    select
        'open_interest' as series,
        asset,
        venue,
        day,
        open_interest_usd as size
    from {{ ref('int_open_interest__by_instrument') }}
    -- as in open_interest_daily: what lacks a price is missing from the total
    where
        is_at_day_end
        and open_interest_usd is not null

    union all

    select
        'funding' as series,
        asset,
        venue,
        day,
        weight_usd as size
    from {{ ref('int_funding__weights') }}

    union all

    select
        'liquidations' as series,
        asset,
        venue,
        day,
        liquidations_usd as size
    from {{ ref('int_liquidations__by_instrument') }}
    where counted_as is not null

)

select
    series,
    asset,
    venue,
    day,
    {{ total('size') }} as size
from reported
group by series, asset, venue, day
