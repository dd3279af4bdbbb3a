-- The days on which a feed began to mean or to hold something else.
select
    feed,
    venue,
    first_day,
    restarts_baseline,
    change
from {{ ref('feed_breaks') }}
