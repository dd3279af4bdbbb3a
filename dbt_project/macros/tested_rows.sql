{# What the generic tests select: periods of a calendar that a model does not cover, and rows without a partner. #}

{# `period` is the column of the calendar: its day, or its hour. #}
{% macro uncovered(model, calendar, period) %}
with

expected as (

    select
        asset,
        {{ period }}
    from {{ calendar }}
    where is_in_window

),

actual as (

    select
        asset,
        {{ period }},
        count(*) as row_count
    from {{ model }}
    group by asset, {{ period }}

)

select
    coalesce(expected.asset, actual.asset) as asset,
    coalesce(expected.{{ period }}, actual.{{ period }}) as {{ period }},
    actual.row_count
from expected
full outer join actual
    on
        expected.asset = actual.asset
        and expected.{{ period }} = actual.{{ period }}
where
    expected.{{ period }} is null
    or actual.{{ period }} is null
    or actual.row_count > 1
{% endmacro %}


{# `among` narrows the other relation. A null never has a partner. #}
{% macro without_partner(model, to, columns, among='true') %}
select tested.*
from {{ model }} as tested
where not exists (
    select 1
    from {{ to }} as known
    where
        {{ among }}
        {%- for column in columns %}
        and tested.{{ column }} = known.{{ column }}
        {%- endfor %}
)
{% endmacro %}
