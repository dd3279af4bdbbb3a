-- Warns of five-minute observations of open interest that break an expectation. The models leave these rows out.
{{ config(severity='warn') }}

select
    'open_interest_by_venue_daily' as table_name,
    feed,
    symbol,
    day,
    finding,
    implausible_value,
    snapshot_count as implausible_count,
    true as is_excluded
from {{ ref('int_open_interest__five_minute_days') }}
where finding is not null
