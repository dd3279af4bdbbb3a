{# Which rows a model reads that is built by day (macros/by_day.sql). True in a build of everything. In a build of some
   days the materialization puts a condition on `moment` in its place. It holds for every row that those days are made
   from: their own, and those of `days_before` them. #}
{% macro in_days_to_build(moment, days_before=0) -%}
    (true /* in_days_to_build({{ moment }}, {{ days_before }}) */)
{%- endmacro %}
