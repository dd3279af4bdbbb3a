{# Fails on hours of the window that an asset lacks, has twice, or has outside of the window. #}
{% test covers_hours(model) %}

{{ uncovered(model, ref('int_hours'), 'hour_at') }}

{% endtest %}
