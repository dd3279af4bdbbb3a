-- Funding of each instrument and hour, out of the settlement that pays for the hour. An hour that is not paid yet has
-- no row.
{{ config(materialized='table') }}

with

hours_of_day as (

    {{ hours_of_day() }}

),

paid_hours as (

    select
        settlements.asset,
        settlements.venue,
        settlements.instrument,
        settlements.feed,
        settlements.settled_at,
        settlements.interval_hours,
        {{ hour_closed_by('settlements.settled_at') }} - (hours_of_day.hour_of_day * interval '1' hour) as hour_at,
        {{ funding_8h_bp('settlements.funding_rate', 'settlements.interval_hours') }} as funding_8h_bp
    from {{ ref('int_funding__settlements') }} as settlements
    cross join hours_of_day
    where
        hours_of_day.hour_of_day < settlements.interval_hours
        and settlements.settled_at > (select min(hours.hour_at) from {{ ref('int_hours') }} as hours)

),

ranked as (

    select
        *,
        row_number() over (
            partition by asset, venue, instrument, hour_at
            order by settled_at, feed
        ) as precedence
    from paid_hours
    where {{ is_plausible('funding_days') }}

)

select
    ranked.asset,
    ranked.venue,
    ranked.instrument,
    ranked.hour_at,
    ranked.feed,
    ranked.settled_at,
    ranked.interval_hours,
    ranked.funding_8h_bp
from ranked
inner join {{ ref('int_hours') }} as hours
    on
        ranked.asset = hours.asset
        and ranked.hour_at = hours.hour_at
where ranked.precedence = 1
