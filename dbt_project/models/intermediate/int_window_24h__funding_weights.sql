-- What the funding of 24 hours of an instrument weighs in the rate of its asset, by the rule of the days.
{{ config(tags=['window']) }}

with

{{ funding_with_open_interest(
    ref('int_window_24h__funding_by_instrument'), period='window_ended_at',
    hour="funding.window_ended_at - interval '1' hour", only='funding.is_complete'
) }},

{{ funding_weights('weighed', period='window_ended_at') }}
