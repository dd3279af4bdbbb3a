{# Which hours the hourly marts have: `published_days` up to the last full hour, and `lookback_days` before, because a
   change over 7 days needs the hour that ended 7 days earlier. #}

{# The end of the last hour, from the columns of stg_ops__calendar_window: the end of the calendar, or the present while
   its last day is running. #}
{% macro hours_end_at() -%}
    least(cast(last_day as timestamp) + interval '1' day, {{ start_of_hour('now_at') }})
{%- endmacro %}

{# The first published hour, from the same columns. #}
{% macro hours_begin_at() -%}
    {%- set published_days = 90 -%}
    greatest(cast(first_day as timestamp), {{ hours_end_at() }} - interval '{{ published_days }}' day)
{%- endmacro %}

{# The first hour that is read, from the same columns. #}
{% macro hours_are_read_from() -%}
    {%- set lookback_days = 8 -%}
    {{ hours_begin_at() }} - interval '{{ lookback_days }}' day
{%- endmacro %}

{# The same as a subquery. Staging models of hourly series leave out what is before, or an hour would cost more with
   every year of history. #}
{% macro first_hour_read() -%}
    (select {{ hours_are_read_from() }} from {{ ref('stg_ops__calendar_window') }})
{%- endmacro %}

{# Whether a moment lies in the ten minutes up to the end of an hour, that end included. #}
{% macro is_at_hour_end(moment) -%}
    {{ moment }} >= {{ hour_closed_by(moment) }} + interval '50' minute
{%- endmacro %}
