{# Staging of a plain series: one row per natural key of the feed, the columns of its shape, and what the venue adds.
   A model is one call of `staged`. What is odd about a series is a model of its own. #}

{# The columns that every series of a shape has, and where each comes from unless the model says otherwise. A typed
   null is for what most venues do not publish. #}
{% macro shape_columns(shape) -%}
    {%- set null_number = 'cast(null as double)' -%}
    {%- set shapes = {
        'bars': {
            'bar_interval': "'1d'",
            'day': 'cast(open_at as date)',
            'open_usd': 'open',
            'high_usd': 'high',
            'low_usd': 'low',
            'close_usd': 'close',
            'volume_coin': 'volume_coin',
            'volume_usd': null_number,
            'trade_count': 'cast(null as bigint)',
            'open_at': 'open_at',
        },
        'funding': {
            'interval_hours': null_number,
            'funding_rate': 'funding_rate',
            'settled_at': 'settled_at',
        },
        'predicted_funding': {
            'predicted_rate': 'predicted_rate',
            'next_funding_at': 'next_funding_at',
            'interval_hours': 'interval_hours',
            'snapshot_at': 'snapshot_at',
        },
        'open_interest': {
            'open_interest_contracts': null_number,
            'open_interest_coin': null_number,
            'open_interest_usd': null_number,
            'mark_price_usd': null_number,
            'is_both_sides': 'cast(null as boolean)',
            'snapshot_at': 'snapshot_at',
        },
        'liquidation_sums': {
            'period_hours': 'cast(24 as double)',
            'long_contracts': null_number,
            'short_contracts': null_number,
            'total_contracts': null_number,
            'long_liquidations_coin': null_number,
            'short_liquidations_coin': null_number,
            'liquidations_coin': null_number,
            'long_liquidations_usd': null_number,
            'short_liquidations_usd': null_number,
            'liquidations_usd': null_number,
            'liquidation_count': 'cast(null as bigint)',
            'period_start_at': 'open_at',
        },
        'liquidation_events': {
            'position_side': 'position_side',
            'contracts': null_number,
            'coin': null_number,
            'usd': null_number,
            'price_usd': 'price',
            'price_kind': 'cast(null as string)',
            'happened_at': 'happened_at',
        },
        'contract_list': {
            'listing_status': 'listing_status',
            'listed_day': 'cast(' ~ moment_of_ms('listed_ms') ~ ' as date)',
            'delivery_day': "case when delivery_ms < 4000000000000 then cast(" ~ moment_of_ms('delivery_ms') ~ ' as date) end',
            'base_per_contract': 'base_per_contract',
            'tick_size': 'tick_size',
            'funding_interval_hours': 'funding_interval_hours',
            'snapshot_at': 'snapshot_at',
        },
    } -%}
    {{ return(shapes[shape]) }}
{%- endmacro %}

{# A plain series: the newest row per key of the feed `table` of `venue`, with the columns of `shape`. `columns` maps a
   column to an expression over the raw table: instead of what the shape has, or beside it. `ties` as in
   newest_per_key. `key_where` leaves rows out by columns of the key, and `since` those before a moment, before the
   newest is chosen; `where` leaves rows out by any column, afterwards. #}
{% macro staged(venue, table, shape, ties, columns={}, where=none, key_where=none, since=none) -%}
with

source as (

    {{ newest_per_key(venue, table, ties, key_where, since) }}

),

renamed as (

    select
        symbol,
        {%- for name, expression in dict(shape_columns(shape), **columns).items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        ingested_at
    from source
    {%- if where %}
    where {{ where }}
    {%- endif %}

)

select * from renamed
{%- endmacro %}
