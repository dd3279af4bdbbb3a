{# Days, hours and windows of time as rows and columns. #}

{# The day whose (00:00, 24:00] holds the moment: 00:00 closes the day before. #}
{% macro day_closed_by(moment) -%}
    cast({{ moment }} - interval '1' microsecond as date)
{%- endmacro %}

{# Whether a moment is in the ten minutes up to 24:00, 24:00 included: ten minutes later the day that it closes is over. #}
{% macro is_at_day_end(moment) -%}
    cast({{ moment }} + interval '10' minute as date) > {{ day_closed_by(moment) }}
{%- endmacro %}

{# The full hour at or before a moment. The cast is for Spark, which truncates to a timestamp with a time zone. #}
{% macro start_of_hour(moment) -%}
    cast(date_trunc('hour', {{ moment }}) as timestamp)
{%- endmacro %}

{# The midnight at or before a moment. #}
{% macro start_of_day(moment) -%}
    cast(cast({{ moment }} as date) as timestamp)
{%- endmacro %}

{# The hour whose (start, end] holds the moment: 01:00 closes the hour that begins at 00:00. #}
{% macro hour_closed_by(moment) -%}
    {{ start_of_hour(moment ~ " - interval '1' microsecond") }}
{%- endmacro %}

{# A timestamp `hour_of_day` whole hours after the start of a day. #}
{% macro hour_of(day, hour_of_day) -%}
    cast({{ day }} as timestamp) + {{ hour_of_day }} * interval '1' hour
{%- endmacro %}

{# Hours from one timestamp to a later one, with fractions. #}
{% macro hours_between(earlier, later) -%}
    ({{ seconds_of(later) }} - {{ seconds_of(earlier) }}) / 3600
{%- endmacro %}

{# One row per day from `lookback_days` before first_day up to last_day of a one-row relation. #}
{% macro days_of_window(calendar_window, lookback_days) -%}
    select cast(day_at as date) as day
    from (
        select
            {{ each_of(
                "cast(first_day as timestamp) - interval '" ~ lookback_days ~ "' day", 'cast(last_day as timestamp)',
                "interval '1' day"
            ) }} as day_at
        from {{ calendar_window }}
    ) as moments
{%- endmacro %}

{# The 24 hours of a day as rows, hour_of_day 0 to 23. #}
{% macro hours_of_day() -%}
    select {{ each_of(0, 23) }} as hour_of_day
{%- endmacro %}

{# One row per hour from `first_at` to before `end_at`, both columns of a one-row relation. #}
{% macro hours_between_moments(relation, first_at, end_at) -%}
    select {{ each_of(first_at, end_at ~ " - interval '1' hour", "interval '1' hour") }} as hour_at
    from {{ relation }}
{%- endmacro %}

{# The rows of an hourly relation, each in the 24 windows of 24 hours that hold its hour; window_ended_at says which. #}
{% macro hours_of_windows(relation) -%}
    select
        hourly.*,
        hourly.hour_at + ends.hours_later * interval '1' hour as window_ended_at
    from {{ relation }} as hourly
    cross join (select {{ each_of(1, 24) }} as hours_later) as ends
{%- endmacro %}
