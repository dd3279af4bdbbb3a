-- Funding paid over each day by instrument, from one source: the venue's settlements when they cover the
-- whole day, else a whole day of an aggregator, else whatever part of the day the venue has.
{{ config(materialized='table') }}

with

settled_days as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        1 as source_rank,
        count(*) as settlement_count,
        {{ sum_if_all_known('interval_hours') }} as hours_covered,
        case
            when count(*) = count(interval_hours) and min(interval_hours) = max(interval_hours)
                then min(interval_hours)
        end as interval_hours,
        {{ total('funding_rate') }} as funding_rate_sum
    from {{ ref('int_funding__settlements') }}
    group by asset, venue, instrument, day, feed

),

all_days as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        source_rank,
        settlement_count,
        hours_covered,
        interval_hours,
        funding_rate_sum
    from settled_days

    union all

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        2 as source_rank,
        settlement_count,
        hours_covered,
        interval_hours,
        funding_rate_sum
    from {{ ref('int_funding__approximated_days') }}

),

ranked as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        settlement_count,
        hours_covered,
        interval_hours,
        funding_rate_sum,
        coalesce(hours_covered = 24, false) as is_complete,
        row_number() over (
            partition by asset, venue, instrument, day
            order by case when hours_covered = 24 then 1 else 2 end, source_rank, feed
        ) as precedence
    from all_days

),

rated as (

    select
        asset,
        venue,
        instrument,
        day,
        feed,
        settlement_count,
        hours_covered,
        interval_hours,
        funding_rate_sum,
        {{ funding_8h_bp('funding_rate_sum', 'hours_covered') }} as funding_8h_bp,
        is_complete
    from ranked
    where precedence = 1

)

select
    asset,
    venue,
    instrument,
    day,
    feed,
    settlement_count,
    hours_covered,
    interval_hours,
    funding_rate_sum,
    funding_8h_bp,
    is_complete,
    {{ first_broken(expectations('funding_days')) }} as implausible,
    {{ value_of_first_broken(expectations('funding_days')) }} as implausible_value
from rated
