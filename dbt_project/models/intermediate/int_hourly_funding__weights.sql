-- What the funding of an hour of an instrument weighs in the rate of its asset, by the rule of the days.

with

{{ funding_with_open_interest(ref('int_hourly_funding__by_instrument'), period='hour_at', hour='funding.hour_at') }},

{{ funding_weights('weighed', period='hour_at') }}
