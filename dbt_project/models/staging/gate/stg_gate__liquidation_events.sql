-- Single liquidations of Gate's USDT-margined perpetuals, one row each. The venue numbers them not, so two of equal
-- contract, second, size and prices are one.
with

source as (

    {{ newest_per_key(
        source('gate', 'gate_liquidations'),
        key=['symbol', 'happened_at', 'position_contracts', 'order_price', 'fill_price'],
        ties=['left_contracts']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(happened_at as varchar) || ' ' || cast(position_contracts as varchar) || ' @ '
        || cast(order_price as varchar) || '/' || cast(fill_price as varchar) as event_id,

        ---------- text
        case when position_contracts > 0 then 'long' else 'short' end as position_side,
        'fill' as price_kind,

        ---------- numbers
        abs(position_contracts) as contracts,
        cast(null as double) as coin,
        cast(null as double) as usd,
        fill_price as price_usd,
        order_price as order_price_usd,

        ---------- timestamps
        happened_at,
        ingested_at

    from source

)

select * from renamed
