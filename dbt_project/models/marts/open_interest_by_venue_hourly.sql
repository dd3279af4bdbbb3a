-- Open interest of each instrument at the end of each hour, from one source each, and its change over an hour.

select
    later.asset,
    later.venue,
    later.instrument,
    later.hour_at,
    later.margin_type,
    later.feed,
    later.observed_at,
    later.open_interest_contracts,
    later.open_interest_coin,
    later.open_interest_usd,
    {{ change_pct('later.open_interest_contracts', 'earlier.open_interest_contracts') }} as open_interest_change_1h_pct,
    later.published_sides
from {{ ref('int_hourly_open_interest__by_instrument') }} as later
inner join {{ ref('int_hours') }} as hours
    on
        later.asset = hours.asset
        and later.hour_at = hours.hour_at
        and hours.is_in_window
left join {{ ref('int_hourly_open_interest__by_instrument') }} as earlier
    on
        later.asset = earlier.asset
        and later.venue = earlier.venue
        and later.instrument = earlier.instrument
        and earlier.hour_at = later.hour_at - interval '1' hour
        and earlier.is_at_hour_end
where later.is_at_hour_end
