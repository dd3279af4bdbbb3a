{# Which of several raw rows counts: raw is append-only, so duplicates and restatements are all still
   there. #}

{# `where` clause that hides what was not known yet at the var as_of; empty when as_of is null. #}
{% macro where_known_as_of() -%}
    {%- if var('as_of') is not none -%}
        where ingested_at <= cast('{{ var("as_of") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}

{# Rows of a raw table, one per natural key: the newest by ingestion, then by segment name. `ties` orders
   what is still equal (one archive that holds a key twice), so that the same rows give the same result
   whatever order they are read in. #}
{% macro newest_per_key(relation, key, ties) -%}
    select *
    from {{ relation }}
    {{ where_known_as_of() }}
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by ingested_at desc, segment desc, {{ ties | join(', ') }}
    ) = 1
{%- endmacro %}

{# Rows of the newest pull of each `whole`, and of no other pull: a series that is restated as a whole is
   never mixed. #}
{% macro newest_pull(relation, whole, key, ties) -%}
    select *
    from {{ relation }}
    {{ where_known_as_of() }}
    qualify
        ingested_at = max(ingested_at) over (partition by {{ whole | join(', ') }})
        and row_number() over (
            partition by {{ key | join(', ') }}, ingested_at
            order by segment desc, {{ ties | join(', ') }}
        ) = 1
{%- endmacro %}
