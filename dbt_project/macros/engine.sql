{# SQL that differs between engines. Everything else in intermediate and marts is sums, joins and plain
   windows. #}

{# Hours from one timestamp to a later one, with fractions. #}
{% macro hours_between(earlier, later) -%}
    (epoch({{ later }}) - epoch({{ earlier }})) / 3600.0
{%- endmacro %}

{# Sum of a group. In order of size, because a sum of doubles depends on its order: the same rows must give
   the same total to the last bit, in whatever order they were loaded. #}
{% macro total(expression) -%}
    sum({{ expression }} order by {{ expression }})
{%- endmacro %}

{# Distinct values of a group as one sorted text, "a, b, c"; null for an empty group. #}
{% macro sorted_list(expression) -%}
    string_agg(distinct {{ expression }}, ', ' order by {{ expression }})
{%- endmacro %}

{# One row per day from `lookback_days` before first_day up to last_day of a one-row relation. #}
{% macro days_of_window(calendar_window, lookback_days) -%}
    select
        cast(unnest(generate_series(
            first_day - interval '{{ lookback_days }}' day, cast(last_day as timestamp), interval '1' day
        )) as date) as day
    from {{ calendar_window }}
{%- endmacro %}

{# Median of a group. Only over the few venues of one day: windows over days are the business of regimes/. #}
{% macro median_of(expression) -%}
    median({{ expression }})
{%- endmacro %}

{# The 24 hours of a day as rows, hour_of_day 0 to 23. #}
{% macro hours_of_day() -%}
    select unnest(generate_series(0, 23)) as hour_of_day
{%- endmacro %}

{# A timestamp so many whole hours after the start of a day. #}
{% macro hour_of(day, hour_of_day) -%}
    cast({{ day }} as timestamp) + {{ hour_of_day }} * interval '1' hour
{%- endmacro %}

{# One row per hour from `first_at` to before `end_at`, both columns of a one-row relation. #}
{% macro hours_between_moments(relation, first_at, end_at) -%}
    select unnest(generate_series({{ first_at }}, {{ end_at }} - interval '1' hour, interval '1' hour)) as hour_at
    from {{ relation }}
{%- endmacro %}

{# The rows of an hourly relation, each in the 24 windows of 24 hours that hold its hour; window_ended_at says which. #}
{% macro hours_of_windows(relation) -%}
    select
        hourly.*,
        hourly.hour_at + hours_later * interval '1' hour as window_ended_at
    from {{ relation }} as hourly
    cross join (select unnest(generate_series(1, 24)) as hours_later) as ends
{%- endmacro %}

{# Milliseconds since 1970 as a timestamp in UTC. #}
{% macro moment_of_ms(milliseconds) -%}
    epoch_ms({{ milliseconds }})
{%- endmacro %}
