{# Fails on rows whose columns have no partner among `columns` of another relation; `columns` maps the
   model's names to the other's, and `among` narrows the other relation. A null never has a partner. #}
{% test exists_in(model, to, columns, among='true') %}

select tested.*
from {{ model }} as tested
where not exists (
    select 1
    from {{ to }} as known
    where
        {{ among }}
        {%- for column, other in columns.items() %}
        and tested.{{ column }} = known.{{ other }}
        {%- endfor %}
)

{% endtest %}
