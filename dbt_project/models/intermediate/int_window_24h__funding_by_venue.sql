-- funding_by_venue_daily of the 24 hours that end with each hour instead of a calendar day.
{{ config(tags=['window']) }}

select
    funding.asset,
    funding.venue,
    funding.instrument,
    funding.window_ended_at,
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
from {{ ref('int_window_24h__funding_by_instrument') }} as funding
left join {{ ref('int_window_24h__funding_weights') }} as weights
    on
        funding.asset = weights.asset
        and funding.venue = weights.venue
        and funding.instrument = weights.instrument
        and funding.window_ended_at = weights.window_ended_at
