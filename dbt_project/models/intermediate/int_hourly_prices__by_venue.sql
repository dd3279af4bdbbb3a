-- One spot bar per venue and hour, by the rule of the days.

{{ spot_prices_by_venue(ref('int_hourly_prices__by_instrument'), period='hour_at') }}
