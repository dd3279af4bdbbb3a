-- The recorder's ledger: what it listened to, and what came in between. One row per stretch or incident.
with

source as (

    {{ newest_per_key(
        'tape', 'tape_coverage',
        ties=['end_at desc']
    ) }}

),

renamed as (

    select

        ---------- ids
        recorder,
        venue,
        stream,

        ---------- text
        kind,
        detail,

        ---------- numbers
        message_count,

        ---------- timestamps
        start_at,
        end_at,
        ingested_at

    from source

)

select * from renamed
