-- Daily liquidations of Gate's USDT-margined perpetuals, by the side of the position that was closed, newest per
-- (symbol, day). USD at the mark price where the venue gives it, else as it first published them.
with

source as (

    {{ newest_per_key(
        source('gate', 'gate_contract_stats'),
        key=['symbol', 'open_at'],
        ties=['open_interest_contracts', 'open_interest_usd']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        cast(open_at as date) as day,

        ---------- numbers
        24 as period_hours,
        long_contracts,
        short_contracts,
        long_coin,
        short_coin,
        coalesce(long_at_mark_usd, long_usd) as long_usd,
        coalesce(short_at_mark_usd, short_usd) as short_usd,
        cast(null as double) as total_contracts,
        cast(null as double) as total_coin,
        cast(null as double) as total_usd,
        cast(null as bigint) as event_count,

        ---------- timestamps
        open_at as period_start_at,
        ingested_at

    from source

)

select * from renamed
