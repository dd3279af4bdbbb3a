-- What the predicted funding of an hour of an instrument weighs in that of its asset, by the rule of the days.

with

weighed as (

    select
        funding.asset,
        funding.venue,
        funding.instrument,
        funding.hour_at,
        funding.funding_8h_bp,
        open_interest.open_interest_usd
    from {{ ref('int_hourly_predicted_funding__by_instrument') }} as funding
    left join {{ ref('int_hourly_open_interest__newest') }} as open_interest
        on
            funding.asset = open_interest.asset
            and funding.venue = open_interest.venue
            and funding.instrument = open_interest.instrument
            and funding.hour_at = open_interest.hour_at

),

{{ funding_weights('weighed', period='hour_at') }}
