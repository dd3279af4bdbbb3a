-- Funding of each hour by instrument, what it weighs in the rate of its asset, and what the venue predicted.

with

hours_of_funding as (

    select
        coalesce(funding.asset, predicted.asset) as asset,
        coalesce(funding.venue, predicted.venue) as venue,
        coalesce(funding.instrument, predicted.instrument) as instrument,
        coalesce(funding.hour_at, predicted.hour_at) as hour_at,
        funding.feed,
        funding.settled_at,
        funding.interval_hours,
        funding.funding_8h_bp,
        predicted.funding_8h_bp as predicted_funding_8h_bp,
        predicted.predicted_at
    from {{ ref('int_hourly_funding__by_instrument') }} as funding
    full outer join {{ ref('int_hourly_predicted_funding__by_instrument') }} as predicted
        on
            funding.asset = predicted.asset
            and funding.venue = predicted.venue
            and funding.instrument = predicted.instrument
            and funding.hour_at = predicted.hour_at

)

select
    funding.asset,
    funding.venue,
    funding.instrument,
    funding.hour_at,
    funding.feed,
    funding.settled_at,
    funding.interval_hours as funding_interval_hours,
    funding.funding_8h_bp,
    {{ annualised_funding_pct('funding.funding_8h_bp') }} as annualised_pct,
    weights.weight_usd,
    weights.is_weight_assumed,
    funding.predicted_funding_8h_bp,
    funding.predicted_at
from hours_of_funding as funding
inner join {{ ref('int_hours') }} as hours
    on
        funding.asset = hours.asset
        and funding.hour_at = hours.hour_at
        and hours.is_in_window
left join {{ ref('int_hourly_funding__weights') }} as weights
    on
        funding.asset = weights.asset
        and funding.venue = weights.venue
        and funding.instrument = weights.instrument
        and funding.hour_at = weights.hour_at
