-- Liquidation orders of OKX's perpetual swaps by the side of the position that was closed, newest per event.
with

source as (

    {{ newest_per_key(
        source('okx', 'okx_liquidations'),
        key=['symbol', 'happened_at', 'order_side', 'contracts', 'bankruptcy_price'],
        ties=['position_side']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        contracts,
        cast(null as double) as coin,
        cast(null as double) as usd,
        bankruptcy_price as price_usd,

        ---------- text
        position_side,
        order_side,
        'bankruptcy' as price_kind,

        ---------- timestamps
        happened_at,
        ingested_at

    from source

)

select * from renamed
