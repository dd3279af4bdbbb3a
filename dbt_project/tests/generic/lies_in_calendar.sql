{# Fails on rows of days outside of the window. #}
{% test lies_in_calendar(model) %}

{{ without_partner(model, ref('int_calendar'), ['asset', 'day'], among='is_in_window') }}

{% endtest %}
