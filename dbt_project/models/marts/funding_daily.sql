-- Funding rate of each asset and day, weighted by open interest over the instruments whose day is complete.
with

complete_days as (

    select
        asset,
        venue,
        instrument,
        day,
        rate_8h_bp
    from {{ ref('int_funding__by_instrument') }}
    where is_complete

),

-- The instrument's open interest of the day, else its newest of the seven days before: a weight may be a few
-- days old, a rate may not.
weights as (

    select
        complete_days.asset,
        complete_days.venue,
        complete_days.instrument,
        complete_days.day,
        complete_days.rate_8h_bp,
        open_interest.open_interest_usd,
        row_number() over (
            partition by complete_days.asset, complete_days.venue, complete_days.instrument, complete_days.day
            order by open_interest.day desc
        ) as recency
    from complete_days
    left join {{ ref('int_open_interest__by_instrument') }} as open_interest
        on
            complete_days.asset = open_interest.asset
            and complete_days.venue = open_interest.venue
            and complete_days.instrument = open_interest.instrument
            and open_interest.day between cast(complete_days.day - interval '7' day as date) and complete_days.day
            and open_interest.open_interest_usd is not null

),

-- Only when no instrument of the day has a weight do all count the same; an instrument alone without one does
-- not count.
counted as (

    select
        asset,
        venue,
        day,
        rate_8h_bp,
        case
            when max(open_interest_usd) over (partition by asset, day) is null then 1
            else open_interest_usd
        end as weight
    from weights
    where recency = 1

),

by_venue as (

    select
        asset,
        venue,
        day,
        {{ weighted_mean('rate_8h_bp', 'weight') }} as rate_8h_bp,
        {{ total('weight') }} as weight
    from counted
    where weight is not null
    group by asset, venue, day

),

by_asset as (

    select
        asset,
        day,
        {{ weighted_mean('rate_8h_bp', 'weight') }} as rate_8h_bp,
        case when count(*) > 1 then max(rate_8h_bp) - min(rate_8h_bp) end as dispersion_bp,
        count(*) as venue_count,
        {{ sorted_list('venue') }} as venues
    from by_venue
    group by asset, day

)

select
    calendar.asset,
    calendar.day,
    by_asset.rate_8h_bp,
    by_asset.rate_8h_bp * 3 * 365 / 100 as annualised_pct,
    by_asset.dispersion_bp,
    by_asset.venue_count,
    by_asset.venues
from {{ ref('int_calendar') }} as calendar
left join by_asset
    on
        calendar.asset = by_asset.asset
        and calendar.day = by_asset.day
where calendar.is_in_window
