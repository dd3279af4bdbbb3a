-- What the funding of 24 hours of an instrument weighs in the rate of its asset, by the rule of the days.
{{ config(tags=['window']) }}

with

weighed as (

    select
        funding.asset,
        funding.venue,
        funding.instrument,
        funding.window_ended_at,
        funding.funding_8h_bp,
        open_interest.open_interest_usd
    from {{ ref('int_window_24h__funding_by_instrument') }} as funding
    left join {{ ref('int_hourly_open_interest__newest') }} as open_interest
        on
            funding.asset = open_interest.asset
            and funding.venue = open_interest.venue
            and funding.instrument = open_interest.instrument
            and open_interest.hour_at = funding.window_ended_at - interval '1' hour
    where funding.is_complete

),

{{ funding_weights('weighed', period='window_ended_at') }}
