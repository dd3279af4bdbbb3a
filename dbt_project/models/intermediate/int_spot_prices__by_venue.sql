-- One spot bar per venue and day, that of its most traded pair, and whether it counts: the rule is in
-- macros/spot_prices.sql.
{{ spot_prices_by_venue(ref('int_prices__by_instrument'), period='day') }}
