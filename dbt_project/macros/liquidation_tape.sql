{# The staging model of a venue's tape: one row per order. A venue repeats orders on
   a new connection, so the first arrival counts. #}
{% macro liquidation_tape(venue, table) -%}
with

source as (

    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ quoted(*feed_keys()[table]) }}
                order by ingested_at asc, received_at asc, segment asc
            ) as arrival
        from {{ source(venue, table) }}
        {{ where_known_as_of() }}
    ) as numbered
    where arrival = 1

),

renamed as (

    select

        ---------- ids
        symbol,
        stream,
        ordinal,

        ---------- text
        position_side,
        price_kind,

        ---------- numbers
        quantity_contracts,
        quantity_coin,
        quantity_usd,
        price as price_usd,

        ---------- timestamps
        venue_at,
        received_at,
        ingested_at

    from source

)

select * from renamed
{%- endmacro %}
