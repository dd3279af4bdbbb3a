-- Forced orders of each instrument and day as recorded, and whether enough of the day was heard for it to count.
-- A day below that is not a quiet day: whoever takes the tape as a source takes the rows with is_covered alone.
{{ config(materialized='table') }}

select
    asset,
    venue,
    instrument,
    day,
    feed,
    {%- for unit in ['coin', 'usd'] %}
    {%- set long = sum_if_all_known('long_liquidations_' ~ unit) %}
    {%- set short = sum_if_all_known('short_liquidations_' ~ unit) %}
    {{ long }} as long_liquidations_{{ unit }},
    {{ short }} as short_liquidations_{{ unit }},
    {{ long }} + {{ short }} as liquidations_{{ unit }},
    {%- endfor %}
    cast(sum(long_count) as bigint) as long_count,
    cast(sum(short_count) as bigint) as short_count,
    cast(sum(long_count + short_count) as bigint) as liquidation_count,
    max(largest_liquidation_usd) as largest_liquidation_usd,
    -- an hour without a row was not heard at all, so the sum over 24 hours is of those that are there
    {{ total('recorded_share') }} / 24 as recorded_share,
    {{ total('recorded_share') }} / 24 >= cast({{ var('wanted_tape_share') }} as double) as is_covered
from {{ ref('int_liquidation_tape__by_hour') }}
group by asset, venue, instrument, day, feed
