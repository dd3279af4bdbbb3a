-- One spot bar of 24 hours per venue and window, by the rule of the days.
{{ config(tags=['window']) }}

{{ spot_prices_by_venue(ref('int_window_24h__bars'), period='window_ended_at') }}
