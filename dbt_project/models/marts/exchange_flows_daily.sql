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

offered as (

    select distinct asset
    from instruments

),

network as (

    select
        asset_code,
        day,
        inflow_coin,
        outflow_coin,
        inflow_usd,
        outflow_usd,
        reserve_coin,
        reserve_usd,
        pulled_at,
        {{ is_plausible('exchange_flows') }} as has_plausible_flows,
        {{ is_plausible('exchange_reserve') }} as has_plausible_reserve
    from {{ ref('stg_coinmetrics__network') }}

),

flows as (

    select
        instruments.asset,
        network.day,
        case when network.has_plausible_flows then network.inflow_coin end as inflow_coin,
        case when network.has_plausible_flows then network.outflow_coin end as outflow_coin,
        case when network.has_plausible_flows then network.inflow_usd end as inflow_usd,
        case when network.has_plausible_flows then network.outflow_usd end as outflow_usd,
        case when network.has_plausible_reserve then network.reserve_coin end as reserve_coin,
        case when network.has_plausible_reserve then network.reserve_usd end as reserve_usd,
        instruments.feed,
        network.pulled_at
    from network
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
    flows.pulled_at,
    offered.asset is not null as is_offered
from {{ ref('int_calendar') }} as calendar
left join offered
    on calendar.asset = offered.asset
left join flows
    on
        calendar.asset = flows.asset
        and calendar.day = flows.day
where calendar.is_in_window
