-- Forced orders of OKX as recorded from its websocket, one row per order; price is the bankruptcy price.
with

source as (

    {{ liquidation_tape(source('okx', 'okx_liquidation_tape')) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        stream,
        ordinal,

        ---------- text
        position_side,
        price_kind,

        ---------- numbers
        quantity_contracts,
        quantity_coin,
        quantity_usd,
        price as price_usd,

        ---------- timestamps
        venue_at,
        received_at,
        ingested_at

    from source

)

select * from renamed
