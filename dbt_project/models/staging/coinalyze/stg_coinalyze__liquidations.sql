-- Daily liquidations of Coinalyze by the side of the position that was closed, newest per (symbol, day): coins of
-- linear contracts, USD of inverse ones.
with

source as (

    {{ newest_per_key(
        'coinalyze', 'coinalyze_liquidations',
        ties=['long_coin desc', 'short_coin desc', 'long_usd desc', 'short_usd desc']
    ) }}

),

inverse as (

    select symbol
    from {{ ref('stg_ops__instruments') }}
    where feed = 'coinalyze_liquidations' and margin_type = 'inverse'

),

-- Inverse contracts used to be fetched without a unit, which is hardly the coins that it was taken for: a figure that
-- may be off by the price is none.
of_known_unit as (

    select source.*
    from source
    left join inverse
        on source.symbol = inverse.symbol
    where inverse.symbol is null or source.long_usd is not null

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        24e0 as period_hours,
        cast(null as double) as long_contracts,
        cast(null as double) as short_contracts,
        cast(null as double) as total_contracts,
        long_coin as long_liquidations_coin,
        short_coin as short_liquidations_coin,
        cast(null as double) as liquidations_coin,
        long_usd as long_liquidations_usd,
        short_usd as short_liquidations_usd,
        cast(null as double) as liquidations_usd,
        cast(null as bigint) as liquidation_count,

        ---------- timestamps
        open_at as period_start_at,
        ingested_at

    from of_known_unit

)

select * from renamed
