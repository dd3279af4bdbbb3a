-- Active addresses of each asset and day: from Coin Metrics from its first day of the asset on, before that from
-- blockchain.com. They count differently, so that a day of the one never stands for a missing day of the other, and
-- what begins later changes no earlier day.
with

published as (

    select
        'coinmetrics_network' as feed,
        1 as source_rank,
        asset_code as symbol,
        day,
        active_addresses_count
    from {{ ref('stg_coinmetrics__network') }}

    union all

    select
        'blockchain_com_addresses' as feed,
        2 as source_rank,
        symbol,
        day,
        unique_addresses_count as active_addresses_count
    from {{ ref('stg_blockchain_com__addresses') }}

),

activity as (

    select
        instruments.asset,
        published.day,
        published.active_addresses_count,
        published.feed,
        published.source_rank,
        min(published.source_rank) over (
            partition by instruments.asset
            order by published.day
            range between unbounded preceding and current row
        ) as best_rank
    from published
    inner join {{ ref('stg_ops__instruments') }} as instruments
        on
            published.feed = instruments.feed
            and published.symbol = instruments.symbol
    where
        published.active_addresses_count is not null
        and {{ is_plausible('active_addresses') }}

)

select
    calendar.asset,
    calendar.day,
    activity.active_addresses_count,
    activity.feed
from {{ ref('int_calendar') }} as calendar
left join activity
    on
        calendar.asset = activity.asset
        and calendar.day = activity.day
        and activity.source_rank = activity.best_rank
where calendar.is_in_window
