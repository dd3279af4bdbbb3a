-- What share of each hour was recorded of each stream, from the first day that its tape knows. Silence takes back
-- what had been claimed, and an hour without any entry was not recorded.
{{ config(materialized='table') }}

with

streams as (

    select
        venue,
        stream,
        min(cast(start_at as date)) as first_day
    from {{ ref('stg_tape__coverage') }}
    where venue <> 'recorder'
    group by venue, stream

),

days as (

    select distinct day
    from {{ ref('int_calendar') }}
    where is_in_window

),

hours as (

    {{ hours_of_day() }}

),

listened as (

    select
        venue,
        stream,
        {{ start_of_hour('start_at') }} as hour_at,
        {{ total("case kind when 'recorded' then " ~ hours_between('start_at', 'end_at') ~ " when 'silent' then -("
            ~ hours_between('start_at', 'end_at') ~ ') else 0 end') }} as recorded_share,
        sum(case when kind = 'disconnected' then 1 else 0 end) as disconnection_count,
        sum(case when kind in ('refused', 'unacknowledged') then 1 else 0 end) as refusal_count,
        sum(case when kind = 'silent' then 1 else 0 end) as silence_count,
        sum(case when kind = 'malformed' then message_count else 0 end) as malformed_count,
        sum(case when kind = 'duplicate' then message_count else 0 end) as duplicate_count,
        sum(case when kind = 'late' then message_count else 0 end) as late_count
    from {{ ref('stg_tape__coverage') }}
    group by venue, stream, {{ start_of_hour('start_at') }}

),

by_stream as (

    select
        streams.venue,
        streams.stream,
        days.day,
        {{ hour_of('days.day', 'hours.hour_of_day') }} as hour_at
    from streams
    inner join days on streams.first_day <= days.day
    cross join hours

)

select
    by_stream.venue,
    by_stream.stream,
    by_stream.day,
    by_stream.hour_at,
    -- true zeros: without an entry nothing was recorded, and the ledger counts what happened to those who listened
    least(1e0, greatest(0e0, coalesce(listened.recorded_share, 0e0))) as recorded_share,
    cast(coalesce(listened.disconnection_count, 0) as bigint) as disconnection_count,
    cast(coalesce(listened.refusal_count, 0) as bigint) as refusal_count,
    cast(coalesce(listened.silence_count, 0) as bigint) as silence_count,
    cast(coalesce(listened.malformed_count, 0) as bigint) as malformed_count,
    cast(coalesce(listened.duplicate_count, 0) as bigint) as duplicate_count,
    cast(coalesce(listened.late_count, 0) as bigint) as late_count
from by_stream
left join listened
    on
        by_stream.venue = listened.venue
        and by_stream.stream = listened.stream
        and by_stream.hour_at = listened.hour_at
