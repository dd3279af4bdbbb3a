-- Unique addresses of blockchain.com by chart and day, newest per (chart, day). Another count than active addresses:
-- levels of the two are never mixed.
with

source as (

    {{ newest_per_key(
        'blockchain_com', 'blockchain_com_addresses',
        ties=['unique_addresses']
    ) }}

),

renamed as (

    select

        ---------- ids
        symbol,
        day,

        ---------- numbers
        unique_addresses as unique_addresses_count,

        ---------- timestamps
        ingested_at

    from source

)

select * from renamed
