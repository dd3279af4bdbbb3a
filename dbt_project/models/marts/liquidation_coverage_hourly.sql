-- What share of each hour was recorded of each venue, and what came in between.
select
    venue,
    hour_at,
    day,
    recorded_share,
    disconnection_count,
    refusal_count,
    silence_count,
    malformed_count,
    duplicate_count,
    late_count
from {{ ref('int_liquidation_tape__recorded_hours') }}
