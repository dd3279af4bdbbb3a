-- Funding paid over each day of the window by instrument, from one source each, and what it weighs in the rate of
-- its asset.
select
    funding.asset,
    funding.venue,
    funding.instrument,
    funding.day,
    funding.feed,
    funding.settlement_count,
    funding.hours_covered,
    funding.interval_hours as funding_interval_hours,
    funding.funding_rate_sum,
    funding.funding_8h_bp,
    {{ annualised_funding_pct('funding.funding_8h_bp') }} as annualised_pct,
    funding.is_complete,
    weights.weight_usd,
    weights.is_weight_assumed
from {{ ref('int_funding__by_instrument') }} as funding
inner join {{ ref('int_calendar') }} as calendar
    on
        funding.asset = calendar.asset
        and funding.day = calendar.day
        and calendar.is_in_window
left join {{ ref('int_funding__weights') }} as weights
    on
        funding.asset = weights.asset
        and funding.venue = weights.venue
        and funding.instrument = weights.instrument
        and funding.day = weights.day
where funding.implausible is null
