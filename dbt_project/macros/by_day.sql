{# Tables that later runs make again only for the days whose rows have changed (warehouse/tables_by_day.py, ADR 20). dbt
   builds them whole, and removes the note of what they were made from: it is written after a build of everything. #}

{# Spark builds such a table as any other. #}
{% materialization by_day, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{% materialization by_day, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if existing is not none and not existing.is_table %}
        {{ drop_relation_if_exists(existing) }}
    {% endif %}
    {% call statement('main') -%}
        create or replace table {{ target }} as {{ sql }}
    {%- endcall %}
    {% do run_query("delete from ops.built_from where model = '" ~ model.name ~ "'") %}
    {% do persist_docs(target, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}
