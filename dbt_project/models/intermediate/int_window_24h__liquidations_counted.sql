-- The forced closings that make the total of an asset and window, by the rule of the days: a feed counts once it has
-- enough of the windows that ended at the same hour of the 30 days before. Where no feed has them yet, all count.
{%- set baseline_days, minimum_days = var('liquidation_days'), var('liquidation_minimum_days') %}
{{ config(tags=['window']) }}

with

windows as (

    select distinct
        asset,
        counted_as,
        window_ended_at,
        extract(hour from window_ended_at) as hour_of_day
    from {{ ref('int_window_24h__liquidations_by_instrument') }}
    where counted_as is not null

),

histories as (

    select
        asset,
        counted_as,
        window_ended_at,
        count(*) over (
            partition by asset, counted_as, hour_of_day
            order by {{ day_number('cast(window_ended_at as date)') }}
            range between {{ baseline_days }} preceding and 1 preceding
        ) as days_before
    from windows

),

established as (

    select
        asset,
        counted_as,
        window_ended_at,
        days_before >= {{ minimum_days }}
        or max(days_before) over (partition by asset, window_ended_at) < {{ minimum_days }} as is_counted
    from histories

)

select liquidations.* -- noqa: AM04
from {{ ref('int_window_24h__liquidations_by_instrument') }} as liquidations
inner join established
    on
        liquidations.asset = established.asset
        and liquidations.counted_as = established.counted_as
        and liquidations.window_ended_at = established.window_ended_at
        and established.is_counted
