-- Funding settlements of Bitfinex's perpetuals, one per (symbol, settlement). A status names the rate of the settlement
-- that its period of 8 hours began with, and the end of that period; every status of a period names the same.
with

source as (

    {{ newest_per_key(
        'bitfinex', 'bitfinex_status',
        ties=['open_interest_coin', 'next_funding_at', 'funding_rate']
    ) }}

),

latest_of_period as (

    select *
    from (
        select
            *,
            row_number() over (partition by symbol, next_funding_at order by snapshot_at desc) as period_recency
        from source
        where
            funding_rate is not null
            and snapshot_at < next_funding_at
    ) as numbered
    where period_recency = 1

),

renamed as (

    select

        ---------- ids
        symbol,

        ---------- numbers
        cast(8 as double) as interval_hours,
        funding_rate,

        ---------- timestamps
        next_funding_at - interval '8' hour as settled_at,
        ingested_at

    from latest_of_period

)

select * from renamed
