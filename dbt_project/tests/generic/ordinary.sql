{# Warns of rows that break one of these expectations and still count. `expected` maps what is wrong with such a row to
   the condition `holds` and the number `value` that is shown. #}
{% test ordinary(model, expected, key, table_name, where='true') %}

{{ config(severity='warn') }}
{{ broken_expectations(model, expected, key, table_name, is_excluded=false, where=where) }}

{% endtest %}
