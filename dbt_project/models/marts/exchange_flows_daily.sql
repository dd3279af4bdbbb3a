-- Coins moved to and from exchanges and held there, per asset and day, all from one pull of the vendor.
with

instruments as (

    select
        symbol,
        asset,
        feed
    from {{ ref('stg_ops__instruments') }}
    where feed = 'coinmetrics_network'

),

flows as (

    select
        instruments.asset,
        network.day,
        network.inflow_coin,
        network.outflow_coin,
        network.inflow_usd,
        network.outflow_usd,
        network.reserve_coin,
        network.reserve_usd,
        instruments.feed,
        network.pulled_at
    from {{ ref('stg_coinmetrics__network') }} as network
    inner join instruments
        on network.asset_code = instruments.symbol

)

select
    calendar.asset,
    calendar.day,
    flows.inflow_coin,
    flows.outflow_coin,
    flows.inflow_coin - flows.outflow_coin as netflow_coin,
    flows.inflow_usd,
    flows.outflow_usd,
    flows.inflow_usd - flows.outflow_usd as netflow_usd,
    flows.reserve_coin,
    flows.reserve_usd,
    flows.feed,
    flows.pulled_at
from {{ ref('int_calendar') }} as calendar
left join flows
    on
        calendar.asset = flows.asset
        and calendar.day = flows.day
where calendar.is_in_window
