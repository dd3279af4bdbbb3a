-- Funding rate of each asset and day, weighted by open interest over the instruments whose day is complete.
with

by_venue as (

    select
        asset,
        venue,
        day,
        {{ weighted_mean('funding_8h_bp', 'weight_usd') }} as funding_8h_bp,
        {{ total('weight_usd') }} as weight_usd,
        is_weight_assumed
    from {{ ref('int_funding__weights') }}
    group by asset, venue, day, is_weight_assumed

),

by_asset as (

    select
        asset,
        day,
        {{ weighted_mean('funding_8h_bp', 'weight_usd') }} as funding_8h_bp,
        case when count(*) > 1 then max(funding_8h_bp) - min(funding_8h_bp) end as funding_dispersion_bp,
        count(*) as venue_count,
        {{ sorted_list('venue') }} as venues,
        -- no weight is unknown here, so what is not assumed weighs nothing among the assumed
        {{ total('case when is_weight_assumed then weight_usd else 0 end') }} / {{ total('weight_usd') }}
            as assumed_weight_share
    from by_venue
    group by asset, day

)

select
    calendar.asset,
    calendar.day,
    by_asset.funding_8h_bp,
    {{ annualised_funding_pct('by_asset.funding_8h_bp') }} as annualised_pct,
    by_asset.funding_dispersion_bp,
    by_asset.venue_count,
    by_asset.venues,
    by_asset.assumed_weight_share
from {{ ref('int_calendar') }} as calendar
left join by_asset
    on
        calendar.asset = by_asset.asset
        and calendar.day = by_asset.day
where calendar.is_in_window
