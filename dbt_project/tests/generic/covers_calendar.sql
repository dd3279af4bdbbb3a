{# Fails on days of the window that an asset lacks, has twice, or has outside of the window (days to come
   are outside). #}
{% test covers_calendar(model) %}

{{ uncovered(model, ref('int_calendar'), 'day') }}

{% endtest %}
