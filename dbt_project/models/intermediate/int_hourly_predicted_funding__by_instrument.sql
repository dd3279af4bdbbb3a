-- Predicted funding of each instrument and hour, out of the newest snapshot before the settlement that pays for the
-- hour.

with

hours_of_day as (

    {{ hours_of_day() }}

),

snapshots as (

    select
        asset,
        venue,
        instrument,
        feed,
        snapshot_at,
        next_funding_at,
        interval_hours,
        {{ funding_8h_bp('predicted_rate', 'interval_hours') }} as funding_8h_bp
    from {{ ref('int_predicted_funding__all_venues') }}
    where
        market = 'perpetual'
        and snapshot_at < next_funding_at
        and next_funding_at = {{ start_of_hour('next_funding_at') }}
        and interval_hours between 1 and 24

),

ranked as (

    select
        *,
        row_number() over (
            partition by asset, venue, instrument, next_funding_at
            order by snapshot_at desc, feed asc
        ) as recency
    from snapshots
    where {{ is_plausible('funding_days') }}

),

predicted_hours as (

    select
        ranked.*,
        {{ hour_closed_by('ranked.next_funding_at') }} - (hours_of_day.hour_of_day * interval '1' hour) as hour_at
    from ranked
    cross join hours_of_day
    where
        ranked.recency = 1
        and hours_of_day.hour_of_day < ranked.interval_hours

),

-- where the venue has changed the interval, the settlement that comes first pays for the hour
chosen as (

    select
        *,
        row_number() over (
            partition by asset, venue, instrument, hour_at
            order by next_funding_at nulls last
        ) as precedence
    from predicted_hours

)

select
    chosen.asset,
    chosen.venue,
    chosen.instrument,
    chosen.hour_at,
    chosen.feed,
    chosen.snapshot_at as predicted_at,
    chosen.next_funding_at,
    chosen.interval_hours,
    chosen.funding_8h_bp
from chosen
inner join {{ ref('int_hours') }} as hours
    on
        chosen.asset = hours.asset
        and chosen.hour_at = hours.hour_at
where chosen.precedence = 1
