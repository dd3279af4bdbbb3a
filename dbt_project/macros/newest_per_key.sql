{# Which of several raw rows counts: raw is append-only, so duplicates and restatements are all still
   there. #}

{# `where` clause that hides what was not known yet at the var as_of; empty when as_of is null. #}
{% macro where_known_as_of() -%}
    {%- if var('as_of') is not none -%}
        where ingested_at <= cast('{{ var("as_of") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}

{# `order by` terms, each with `nulls last`. It is DuckDB's default; Spark puts nulls first in ascending order. #}
{% macro nulls_last(terms) -%}
    {%- for term in terms -%}
        {{ term }} nulls last{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The column of a feed's key that says when. #}
{% macro moment_of(feed) -%}
    {%- for column in feed_keys()[feed] if column.endswith('_at') or column == 'day' -%}
        {{ return(column) }}
    {%- endfor -%}
{%- endmacro %}

{# Rows of the raw table of a feed, one per natural key: the newest by ingestion, then by segment name. `ties` orders
   what is still equal (one archive that holds a key twice), so that the same rows give the same result in whatever
   order they are read. `key_where` is a condition on columns of the key, `since` the earliest moment: a subquery. Both
   are applied first, because sorting all rows to keep a few costs most of the time, and DuckDB does not move a
   condition with a subquery below the window. #}
{% macro newest_per_key(venue, table, ties, key_where=none, since=none) -%}
    {%- set conditions = [] -%}
    {%- if key_where %}{% do conditions.append(condition_on_key(table, key_where)) %}{% endif -%}
    {%- if since %}{% do conditions.append(moment_of(table) ~ ' >= ' ~ since) %}{% endif -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ quoted(*feed_keys()[table]) }}
                order by ingested_at desc, segment desc, {{ nulls_last(ties) }}
            ) as recency
        from {{ source(venue, table) }}
        {{ where_known_as_of() }}
        {%- for condition in conditions %}
        {{ 'where' if loop.first and var('as_of') is none else 'and' }} ({{ condition }})
        {%- endfor %}
    ) as numbered
    where recency = 1
{%- endmacro %}

{# Rows of the newest pull of each `whole`, and of no other pull: a series that is restated as a whole is never
   mixed. #}
{% macro newest_pull(venue, table, whole, ties) -%}
    select *
    from (
        select
            *,
            max(ingested_at) over (partition by {{ whole | join(', ') }}) as newest_at,
            row_number() over (
                partition by {{ quoted(*feed_keys()[table]) }}, ingested_at
                order by segment desc, {{ nulls_last(ties) }}
            ) as recency
        from {{ source(venue, table) }}
        {{ where_known_as_of() }}
    ) as numbered
    where
        ingested_at = newest_at
        and recency = 1
{%- endmacro %}
