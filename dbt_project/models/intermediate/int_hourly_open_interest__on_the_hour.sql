-- Open interest of linear contracts at each full hour, from the feed that the rolling windows of a day are made from.
{{ config(tags=['window']) }}

select
    asset,
    venue,
    instrument,
    snapshot_at - interval '1' hour as hour_at,
    open_interest_coin
from {{ ref('int_hourly_open_interest__all_venues') }}
where
    feed = 'binance_um_open_interest'
    and market = 'perpetual'
    and margin_type = 'linear'
    and implausible is null
    and snapshot_at = {{ start_of_hour('snapshot_at') }}
    and snapshot_at > (select min(hours.hour_at) from {{ ref('int_hours') }} as hours)
    -- an outage is published as zero
    and open_interest_coin > 0
