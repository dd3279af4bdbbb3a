-- Forced orders of each instrument and day as recorded, and whether enough of the day was heard for it to count.
-- A day below that is not a quiet day: whoever takes the tape as a source takes the rows with is_covered alone.
{{ config(materialized='table') }}

select
    asset,
    venue,
    instrument,
    day,
    source,
    {%- for unit in ['coin', 'usd'] %}
    {%- set long, short = sum_if_all_known('long_' ~ unit), sum_if_all_known('short_' ~ unit) %}
    {{ long }} as long_{{ unit }},
    {{ short }} as short_{{ unit }},
    {{ long }} + {{ short }} as total_{{ unit }},
    {%- endfor %}
    cast(sum(long_count) as bigint) as long_count,
    cast(sum(short_count) as bigint) as short_count,
    cast(sum(long_count + short_count) as bigint) as event_count,
    max(largest_usd) as largest_usd,
    -- an hour without a row was not heard at all, so the sum over 24 hours is of those that are there
    {{ total('recorded_share') }} / 24 as recorded_share,
    {{ total('recorded_share') }} / 24 >= {{ var('wanted_tape_share') }} as is_covered
from {{ ref('int_liquidation_tape__by_hour') }}
group by asset, venue, instrument, day, source
