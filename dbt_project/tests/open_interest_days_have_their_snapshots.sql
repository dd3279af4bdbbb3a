-- Fails on days with fewer than 250 of the 288 five-minute snapshots, between the first and the last day that
-- have any. A warning, because the venue's archive does have holes (163 rows on 2024-02-16), and the end of
-- the day is all that the marts need.
{{ config(severity='warn') }}

with

days as (

    select
        symbol,
        day,
        sum(snapshot_count) as snapshot_count
    from {{ ref('int_open_interest__five_minute_days') }}
    where feed = 'binance_um_open_interest'
    group by symbol, day

),

spans as (

    select
        symbol,
        min(day) as first_day,
        max(day) as last_day
    from days
    group by symbol

)

select
    days.symbol,
    days.day,
    days.snapshot_count
from days
inner join spans on days.symbol = spans.symbol
where
    days.snapshot_count < 250
    and days.day > spans.first_day
    and days.day < spans.last_day
