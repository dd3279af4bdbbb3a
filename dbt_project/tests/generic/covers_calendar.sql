{# Fails on days of the window that an asset lacks, has twice, or has outside of the window (days to come
   are outside). `period` is the column of the calendar: its day, or its hour. #}
{% test covers_calendar(model, calendar, period='day') %}

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

{% endtest %}
