{# Fails on rows without a partner in another relation, which has `columns` by the same names. #}
{% test exists_in(model, to, columns) %}

{{ without_partner(model, to, columns) }}

{% endtest %}
