{# Fails on keys that occur more than once and on keys with a null in them. #}
{% test unique_grain(model, key) %}

select
    {{ key | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ key | join(', ') }}
having
    count(*) > 1
    {%- for column in key %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
