{# Tables that are built again only for the days whose rows have changed. The materialization `by_day` is for models with
   a column `day`. It builds the days of the segments that have landed since, and everything when anything else has
   changed: the model, a view that it reads, the columns of a raw table, a segment that is gone, the rows of a table that
   is no feed. The result is what a build of everything gives.

   `ops.built_from` has what each table was built from. Rows and notes are written in one transaction. #}

{# The SQL of a model with conditions on moments in the place of the marks, for ranges of days. #}
{% macro narrowed(sql, ranges) -%}
    {%- set done = namespace(sql=sql) -%}
    {%- for mark, moment, days_before in modules.re.findall(
        '([(]true /[*] in_days_to_build[(]([\\w.]+), (\\d+)[)] [*]/[)])', sql
    ) | unique -%}
        {%- set conditions = [] -%}
        {%- for first_day, last_day in ranges -%}
            {%- do conditions.append(
                moment ~ " >= timestamp '" ~ (first_day - modules.datetime.timedelta(days=days_before | int)) ~ "' and "
                ~ moment ~ " <= timestamp '" ~ (last_day + modules.datetime.timedelta(days=1)) ~ "'"
            ) -%}
        {%- endfor -%}
        {%- set done.sql = done.sql.replace(mark, '(' ~ conditions | join(' or ') ~ ')') -%}
    {%- endfor -%}
    {{ return(done.sql) }}
{%- endmacro %}

{# What a model reads, through views: `views`, `feeds` (raw tables), `built` (tables by day) and `others` (tables whose
   rows are compared as a whole). #}
{% macro read_by(node, found=none) -%}
    {%- set found = found or {'views': [], 'feeds': [], 'built': [], 'others': []} -%}
    {%- for name in node.depends_on.nodes -%}
        {%- set parent = graph.nodes.get(name) or graph.sources[name] -%}
        {%- set kind = 'others' -%}
        {%- if name.startswith('source.') and parent.name in feed_keys() -%}
            {%- set kind = 'feeds' -%}
        {%- elif name.startswith('model.') and parent.config.materialized == 'by_day' -%}
            {%- set kind = 'built' -%}
        {%- elif name.startswith('model.') and parent.config.materialized == 'view' -%}
            {%- set kind = 'views' -%}
        {%- endif -%}
        {%- set relation = (parent.schema, parent.alias or parent.identifier) -%}
        {%- if relation not in found[kind] -%}
            {%- do found[kind].append(relation) -%}
            {%- if kind == 'views' -%}
                {%- do read_by(parent, found) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# Names as a list in SQL. #}
{% macro literals(names) -%}
    ({% for name in names %}'{{ name }}', {% endfor %}'')
{%- endmacro %}

{# A query of what the model would be built from now, one row each: `fact`, and `segment` for a segment with rows. #}
{% macro facts_of(node, sql) -%}
    {%- set read = read_by(node) -%}
    select
        'definition {{ local_md5(sql) }}' as fact,
        null as segment
    union all
    select
        'view ' || schema_name || '.' || view_name || ' ' || md5(sql) as fact,
        null as segment
    from duckdb_views()
    where schema_name || '.' || view_name in {{ literals(read['views'] | map('join', '.')) }}
    union all
    select
        'columns of ' || table_name || ' '
        || string_agg(column_name || ' ' || data_type, ', ' order by column_index) as fact,
        null as segment
    from duckdb_columns()
    where schema_name || '.' || table_name in {{ literals(read['feeds'] | map('join', '.')) }}
    group by table_name
    union all
    select
        segment as fact,
        segment
    from raw.load_ledger
    where row_count > 0 and feed in {{ literals(read['feeds'] | map('last')) }}
    union all
    select
        fact || ' through ' || model as fact,
        segment
    from ops.built_from
    where model in {{ literals(read['built'] | map('last')) }}
    {%- for schema, table in read['others'] %}
    union all
    select
        'rows of {{ table }} ' || md5(string_agg(cast(rows_of as varchar), chr(10) order by cast(rows_of as varchar))),
        null as segment
    from {{ schema }}.{{ table }} as rows_of
    {%- endfor %}
{%- endmacro %}

{# Ranges of days (first, last) that the new segments may have changed, none for everything. A row belongs to the day of
   its moment or the day before, when it is a bar to the day after, and it is compared with a row of the next day. #}
{% macro changed_ranges(name, facts) -%}
    {%- set news -%}
        select
            coalesce(sum(case when new.fact is null then 1 end), 0) as gone,
            coalesce(sum(case when old.fact is null and new.segment is null then 1 end), 0) as changed,
            string_agg(distinct split_part(case when old.fact is null then new.segment end, '/', 1), ',') as feeds
        from (select fact from ops.built_from where model = '{{ name }}') as old
        full join ({{ facts }}) as new on old.fact = new.fact
    {%- endset -%}
    {%- set gone, changed, feeds = run_query(news).rows[0] -%}
    {%- if gone or changed -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if not feeds -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set days -%}
        with

        new as (

            select distinct segment
            from ({{ facts }})
            where segment is not null and fact not in (select fact from ops.built_from where model = '{{ name }}')

        ),

        landed as (

            {% for feed in feeds.split(',') | sort %}
            select distinct cast({{ moment_of(feed) }} as date) as day
            from raw.{{ feed }}
            where
                segment in (select segment from new)
                and ingested_at >= (
                    select min(ingested_at) from raw.load_ledger where segment in (select segment from new)
                )
            {{ 'union' if not loop.last }}
            {% endfor %}

        ),

        touched as (

            select distinct cast(day + reach as date) as day
            from landed
            cross join (select cast(unnest(generate_series(-1, 2)) as integer) as reach)

        )

        select
            min(day) as first_day,
            max(day) as last_day
        from (select day, date_diff('day', date '2000-01-01', day) - row_number() over (order by day) as island from touched)
        group by island
        order by first_day
    {%- endset -%}
    {%- set ranges = [] -%}
    {%- for row in run_query(days).rows -%}
        {%- do ranges.append((row[0], row[1])) -%}
    {%- endfor -%}
    {# hundreds of conditions cost more than they save #}
    {{ return(ranges if ranges | length <= 100 else none) }}
{%- endmacro %}

{# Spark builds such a table whole, as any other: what it is for is to build everything at once. #}
{% materialization by_day, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{% materialization by_day, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set facts = facts_of(model, sql) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set ranges = none -%}
    {%- if existing is not none and existing.is_table and not should_full_refresh() -%}
        {%- set ranges = changed_ranges(model.name, facts) -%}
    {%- elif existing is not none and not existing.is_table -%}
        {% do drop_relation_if_exists(existing) %}
    {%- endif -%}

    {%- if ranges is none -%}
        {% call statement('main') -%}
            create or replace table {{ target }} as {{ sql }}
        {%- endcall %}
        {% do run_query("delete from ops.built_from where model = '" ~ model.name ~ "'") %}
    {%- else -%}
        {%- set in_ranges -%}
            (false{% for first_day, last_day in ranges %} or day between '{{ first_day }}' and '{{ last_day }}'{% endfor %})
        {%- endset -%}
        {% call statement('main') -%}
            delete from {{ target }} where {{ in_ranges }}
        {%- endcall %}
        {%- if ranges -%}
            {% call statement('days') -%}
                insert into {{ target }} by name
                select * from ({{ narrowed(sql, ranges) }}) as built
                where {{ in_ranges }}
            {%- endcall %}
        {%- endif -%}
    {%- endif -%}
    {% call statement('facts') -%}
        insert into ops.built_from
        select '{{ model.name }}' as model, fact, segment
        from ({{ facts }})
        where fact not in (select fact from ops.built_from where model = '{{ model.name }}')
    {%- endcall %}
    {% do persist_docs(target, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}
