-- Liquidations of Bitfinex, one per position and day of its trigger. The venue publishes a row when a position is
-- triggered and one for every execution; executions belong to the latest trigger before them, and stand for the
-- liquidation where no trigger is known.
with

source as (

    {{ newest_per_key(
        'bitfinex', 'bitfinex_liquidations',
        ties=['acquired_price', 'base_price', 'is_market_sold']
    ) }}

),

triggered as (

    select
        *,
        max(case when is_match = 0 then happened_at end) over (
            partition by symbol, position_id
            order by happened_at, is_match
            rows between unbounded preceding and current row
        ) as triggered_at
    from source

),

dated as (

    select
        *,
        cast(coalesce(triggered_at, happened_at) as date) as day
    from triggered

),

-- A trigger repeats while a position is being closed, each time with what is left: the largest amount is the position.
liquidations as (

    select
        symbol,
        position_id,
        day,
        min(happened_at) as happened_at,
        max(case when is_match = 0 then abs(amount_coin) end) as triggered_coin,
        max(case when is_match = 1 then abs(amount_coin) end) as executed_coin,
        max(case when amount_coin > 0 then 1 else 0 end) as is_long,
        {{ total('case when acquired_price is not null then abs(amount_coin) end') }} as priced_coin,
        {{ total('abs(amount_coin) * acquired_price') }} as priced_usd,
        max(ingested_at) as ingested_at
    from dated
    group by symbol, position_id, day

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(position_id as string) || '/' || cast(day as string) as event_id,
        position_id,

        ---------- text
        case when is_long = 1 then 'long' else 'short' end as position_side,
        'execution' as price_kind,

        ---------- numbers
        cast(null as double) as contracts,
        coalesce(triggered_coin, executed_coin) as coin,
        cast(null as double) as usd,
        priced_usd / priced_coin as price_usd,

        ---------- timestamps
        happened_at,
        ingested_at

    from liquidations

)

select * from renamed
