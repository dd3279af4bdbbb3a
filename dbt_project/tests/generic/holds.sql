{# Fails on rows that break one of the named conditions. A condition that is null for a row says nothing
   about it: whether a value may be unknown is a condition of its own. #}
{% test holds(model, conditions) %}

select
    tested.*,
    case
        {%- for name, condition in conditions.items() %}
        when not ({{ condition }}) then '{{ name }}'
        {%- endfor %}
    end as broken
from {{ model }} as tested
where
    {%- for condition in conditions.values() %}
    not ({{ condition }}){{ ' or' if not loop.last }}
    {%- endfor %}

{% endtest %}
