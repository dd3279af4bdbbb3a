-- Daily liquidations of Coinalyze by the side of the position that was closed, newest per (symbol, day): coins of
-- linear contracts, USD of inverse ones.
with

source as (

    {{ newest_per_key(
        source('coinalyze', 'coinalyze_liquidations'),
        key=['symbol', 'open_at'],
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
        24.0 as period_hours,
        cast(null as double) as long_contracts,
        cast(null as double) as short_contracts,
        cast(null as double) as total_contracts,
        long_coin,
        short_coin,
        cast(null as double) as total_coin,
        long_usd,
        short_usd,
        cast(null as double) as total_usd,
        cast(null as bigint) as event_count,

        ---------- timestamps
        open_at as period_start_at,
        ingested_at

    from of_known_unit

)

select * from renamed
