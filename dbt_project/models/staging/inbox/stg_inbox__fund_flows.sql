-- Net flow of spot funds from the user's own files, newest per (asset, day, source).
with

source as (

    {{ newest_per_key(
        'inbox', 'inbox_fund_flows',
        ties=['netflow_usd']
    ) }}

),

renamed as (

    select

        ---------- ids
        asset,
        day,
        source as reported_by,

        ---------- numbers
        netflow_usd as fund_netflow_usd,

        ---------- timestamps
        ingested_at

    from source

)

select * from renamed
