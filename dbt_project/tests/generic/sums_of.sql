{# Fails on (asset, day) whose value is not the sum of its parts, within 1e-9 of it, or is known while a
   part is not (or the other way round). A day without parts has a null; `among` says which parts count. `period` is the
   column of the day, or of the hour. #}
{% test sums_of(model, parts, columns, among='true', period='day') %}

with

summed as (

    select
        asset,
        {{ period }}
        {%- for column in columns %},
        {{ sum_if_all_known(column) }} as {{ column }}
        {%- endfor %}
    from {{ parts }}
    where {{ among }}
    group by asset, {{ period }}

)

select
    tested.asset,
    tested.{{ period }}
    {%- for column in columns %},
    tested.{{ column }},
    summed.{{ column }} as {{ column }}_of_parts
    {%- endfor %}
from {{ model }} as tested
left join summed
    on
        tested.asset = summed.asset
        and tested.{{ period }} = summed.{{ period }}
where
    {%- for column in columns %}
    (tested.{{ column }} is null) <> (summed.{{ column }} is null)
    or abs(tested.{{ column }} - summed.{{ column }}) > 1e-9 * abs(summed.{{ column }}){{ ' or' if not loop.last }}
    {%- endfor %}

{% endtest %}
