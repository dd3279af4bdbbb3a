-- Net flow of spot funds from the user's own files, newest per (asset, day, source).
with

source as (

    {{ newest_per_key(
        source('inbox', 'inbox_fund_flows'),
        key=['asset', 'day', 'source'],
        ties=['netflow_usd']
    ) }}

),

renamed as (

    select

        ---------- ids
        asset,
        day,
        source,

        ---------- numbers
        netflow_usd,

        ---------- timestamps
        ingested_at

    from source

)

select * from renamed
