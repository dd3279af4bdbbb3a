{# Fails on days of the window that an asset lacks, has twice, or has outside of the window (days to come
   are outside). #}
{% test covers_calendar(model, calendar) %}

with

expected as (

    select
        asset,
        day
    from {{ calendar }}
    where is_in_window

),

actual as (

    select
        asset,
        day,
        count(*) as row_count
    from {{ model }}
    group by asset, day

)

select
    coalesce(expected.asset, actual.asset) as asset,
    coalesce(expected.day, actual.day) as day,
    actual.row_count
from expected
full outer join actual
    on
        expected.asset = actual.asset
        and expected.day = actual.day
where
    expected.day is null
    or actual.day is null
    or actual.row_count > 1

{% endtest %}
