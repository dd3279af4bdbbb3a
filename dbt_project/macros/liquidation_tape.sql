{# What the venues' tapes have in common: raw rows of one venue, one per order. A venue sends an order again when
   a connection is made anew, so the first arrival counts. #}
{% macro liquidation_tape(relation) -%}
    select
        symbol,
        venue_at,
        position_side,
        quantity_contracts,
        quantity_coin,
        quantity_usd,
        price,
        price_kind,
        ordinal,
        received_at,
        stream,
        ingested_at
    from {{ relation }}
    {{ where_known_as_of() }}
    qualify row_number() over (
        partition by symbol, venue_at, position_side, quantity_contracts, price, ordinal
        order by ingested_at asc, received_at asc, segment asc
    ) = 1
{%- endmacro %}
