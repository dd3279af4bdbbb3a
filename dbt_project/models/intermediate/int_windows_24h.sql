-- The windows of 24 hours of each asset: one ends with every full hour of the hourly marts.
{{ config(tags=['window']) }}

select
    asset,
    ended_at as window_ended_at
from {{ ref('int_hours') }}
where is_in_window
