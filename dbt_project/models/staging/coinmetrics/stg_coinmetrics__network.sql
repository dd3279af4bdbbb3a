-- Exchange flows, exchange supply and addresses of Coin Metrics: the newest pull of each asset as a whole.
with

source as (

    {{ newest_pull(
        'coinmetrics', 'coinmetrics_network',
        whole=['asset_code'],
        ties=['inflow_coin', 'outflow_coin', 'active_addresses']
    ) }}

),

renamed as (

    select

        ---------- ids
        asset_code,
        day,

        ---------- numbers
        inflow_coin,
        outflow_coin,
        inflow_usd,
        outflow_usd,
        exchange_supply_coin as reserve_coin,
        exchange_supply_usd as reserve_usd,
        active_addresses as active_addresses_count,
        price_usd,

        ---------- timestamps
        ingested_at as pulled_at

    from source

)

select * from renamed
