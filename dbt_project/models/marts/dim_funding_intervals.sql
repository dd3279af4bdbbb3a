-- The history of each instrument's funding interval.
select
    asset,
    venue,
    instrument,
    first_day,
    last_day,
    interval_hours,
    day_count,
    is_current
from {{ ref('int_funding__intervals') }}
