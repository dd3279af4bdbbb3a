-- The days this run is about and the moment that counts as now: one row.
with

source as (

    select * from {{ source('ops', 'calendar_window') }}

),

renamed as (

    select

        ---------- days
        first_day,
        last_day,

        ---------- timestamps
        now_at

    from source

)

select * from renamed
