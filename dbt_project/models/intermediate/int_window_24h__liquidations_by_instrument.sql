-- Forced closings of each instrument in the 24 hours that end with each hour from one source, by the rule of the days,
-- valued at the close of the window. A feed that lacks an hour does not cover the window; what was recorded here may
-- lack as much of it as of a day.
{{ config(tags=['window']) }}

with

hours as (

    {{ hours_of_windows(ref('int_hourly_liquidations__by_source')) }}

),

sources as (

    select
        asset,
        venue,
        instrument,
        window_ended_at,
        feed,
        daily_feed,
        is_venue_feed,
        is_recorded_here,
        {%- for unit in ['coin', 'usd'] %}
        {%- set long = sum_if_all_known('long_liquidations_' ~ unit) %}
        {%- set short = sum_if_all_known('short_liquidations_' ~ unit) %}
        {{ long }} as long_liquidations_{{ unit }},
        {{ short }} as short_liquidations_{{ unit }},
        coalesce({{ long }} + {{ short }}, {{ sum_if_all_known('liquidations_' ~ unit) }}) as liquidations_{{ unit }},
        {%- endfor %}
        cast({{ sum_if_all_known('liquidation_count') }} as bigint) as liquidation_count,
        case
            when is_recorded_here
                then {{ total('covered_hours') }} / 24 >= cast({{ var('wanted_tape_share') }} as double)
            else count(*) = 24
        end as is_covered
    from hours
    group by asset, venue, instrument, window_ended_at, feed, daily_feed, is_venue_feed, is_recorded_here

),

closes as (

    select
        asset,
        venue,
        instrument,
        hour_at + interval '1' hour as window_ended_at,
        close_usd
    from {{ ref('int_hourly_prices__by_instrument') }}
    where market = 'perpetual'

),

{{ liquidations_of_one_source('sources', 'closes', period='window_ended_at') }}
