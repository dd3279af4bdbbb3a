-- Forced orders of each instrument and day as recorded, and whether enough of the day was heard for it to count.
-- A day below that is not a quiet day: whoever takes the tape as a source takes the rows with is_covered alone.
{{ config(materialized='table') }}

select
    asset,
    venue,
    instrument,
    day,
    source,
    {{ total('long_coin') }} as long_coin,
    {{ total('short_coin') }} as short_coin,
    {{ total('long_coin') }} + {{ total('short_coin') }} as total_coin,
    {{ total('long_usd') }} as long_usd,
    {{ total('short_usd') }} as short_usd,
    {{ total('long_usd') }} + {{ total('short_usd') }} as total_usd,
    cast(sum(long_count) as bigint) as long_count,
    cast(sum(short_count) as bigint) as short_count,
    cast(sum(long_count + short_count) as bigint) as event_count,
    max(largest_usd) as largest_usd,
    {{ total('recorded_share') }} / 24 as recorded_share,
    {{ total('recorded_share') }} / 24 >= {{ var('wanted_tape_share') }} as is_covered
from {{ ref('int_liquidation_tape__by_hour') }}
group by asset, venue, instrument, day, source
