{# Which rows a model reads whose days are made one by one (warehouse/tables_by_day.py). True when all are made. For some
   days, a condition on `moment` takes its place. It holds for every row that those days are made from: their own, and
   those of `days_before` them. #}
{% macro in_days_to_build(moment, days_before=0) -%}
    (true /* in_days_to_build({{ moment }}, {{ days_before }}) */)
{%- endmacro %}
