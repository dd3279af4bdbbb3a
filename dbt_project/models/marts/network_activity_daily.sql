-- Active addresses of each asset and day.
with

instruments as (

    select
        symbol,
        asset,
        feed
    from {{ ref('stg_ops__instruments') }}
    where feed = 'coinmetrics_network'

),

activity as (

    select
        instruments.asset,
        network.day,
        network.active_addresses_count,
        instruments.feed as source
    from {{ ref('stg_coinmetrics__network') }} as network
    inner join instruments
        on network.asset_code = instruments.symbol
    where network.active_addresses_count is not null

)

select
    calendar.asset,
    calendar.day,
    activity.active_addresses_count,
    activity.source
from {{ ref('int_calendar') }} as calendar
left join activity
    on
        calendar.asset = activity.asset
        and calendar.day = activity.day
where calendar.is_in_window
