-- What share of each hour was recorded of each venue, and what came in between. A venue is as good as the worst of its
-- streams; a contract's own share is in int_liquidation_tape__by_hour.
select
    venue,
    hour_at,
    day,
    min(recorded_share) as recorded_share,
    cast(sum(disconnection_count) as bigint) as disconnection_count,
    cast(sum(refusal_count) as bigint) as refusal_count,
    cast(sum(silence_count) as bigint) as silence_count,
    cast(sum(malformed_count) as bigint) as malformed_count,
    cast(sum(duplicate_count) as bigint) as duplicate_count,
    cast(sum(late_count) as bigint) as late_count
from {{ ref('int_liquidation_tape__recorded_hours') }}
group by venue, hour_at, day
