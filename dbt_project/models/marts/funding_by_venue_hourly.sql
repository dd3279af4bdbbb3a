-- Funding of each hour by instrument, and what it weighs in the rate of its asset.

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
    weights.is_weight_assumed
from {{ ref('int_hourly_funding__by_instrument') }} as funding
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
