{# Warns of rows that break an expectation of `shape` (macros/expectations.sql). The models leave these rows out. #}
{% test plausible(model, shape, key, table_name, where='true') %}

{{ config(severity='warn') }}
{{ broken_expectations(model, expectations(shape), key, table_name, is_excluded=true, where=where) }}

{% endtest %}
