{# SQL that differs between engines, DuckDB's and Spark's side by side. Models, tests and all other macros hold SQL that
   means the same on both; tests/dbt/test_one_sql.py refuses anything else. The macros choose by target.type, because the
   linter's plain Jinja does not know adapter.dispatch. #}

{# Names of columns, quoted, as a list in SQL. On Spark a name in double quotes is a string, because dbt-spark switches
   ANSI mode off. #}
{% macro quoted() -%}
    {%- set mark = '`' if target.type == 'spark' else '"' -%}
    {%- for name in varargs -%}
        {{ mark ~ name ~ mark }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Seconds since 1970, with fractions. #}
{% macro seconds_of(moment) -%}
    {%- if target.type == 'spark' -%}
        unix_micros(cast({{ moment }} as timestamp_ltz)) / 1e6
    {%- else -%}
        epoch({{ moment }})
    {%- endif -%}
{%- endmacro %}

{# Milliseconds since 1970 as a timestamp in UTC. #}
{% macro moment_of_ms(milliseconds) -%}
    {%- if target.type == 'spark' -%}
        cast(timestamp_millis({{ milliseconds }}) as timestamp)
    {%- else -%}
        epoch_ms({{ milliseconds }})
    {%- endif -%}
{%- endmacro %}

{# Days since 1970-01-01, for windows over a range of days: Sail computes ranges of intervals wrongly. #}
{% macro day_number(day) -%}
    {%- if target.type == 'spark' -%}
        datediff({{ day }}, date '1970-01-01')
    {%- else -%}
        datediff('day', date '1970-01-01', {{ day }})
    {%- endif -%}
{%- endmacro %}

{# One row for each value from `first` to `last`, as a column of a select: whole numbers, or moments `step` apart. #}
{% macro each_of(first, last, step=none) -%}
    {%- set bounds = [first, last] + ([step] if step else []) -%}
    {%- if target.type == 'spark' -%}
        explode(sequence({{ bounds | join(', ') }}))
    {%- else -%}
        unnest(generate_series({{ bounds | join(', ') }}))
    {%- endif -%}
{%- endmacro %}

{# Sum of a group. In order of size, because a sum of doubles depends on its order: the same rows must give
   the same total to the last bit, in whatever order they were loaded. #}
{% macro total(expression) -%}
    {%- if target.type == 'spark' -%}
        case
            when count({{ expression }}) > 0
                then aggregate(
                    sort_array(collect_list(cast({{ expression }} as double))), 0e0, (summed, value) -> summed + value
                )
        end
    {%- else -%}
        sum({{ expression }} order by {{ expression }})
    {%- endif -%}
{%- endmacro %}

{# Distinct values of a group as one sorted text, "a, b, c"; null for an empty group. #}
{% macro sorted_list(expression) -%}
    {%- if target.type == 'spark' -%}
        nullif(array_join(array_sort(collect_set({{ expression }})), ', '), '')
    {%- else -%}
        string_agg(distinct {{ expression }}, ', ' order by {{ expression }})
    {%- endif -%}
{%- endmacro %}

{# Median of a group: of the few venues of one day. Baselines over days belong in regimes/. #}
{% macro median_of(expression) -%}
    median({{ expression }})
{%- endmacro %}

{# The last value of a window that is not null; `over` follows. #}
{% macro last_known(expression) -%}
    {%- if target.type == 'spark' -%}
        last_value({{ expression }}) ignore nulls
    {%- else -%}
        last_value({{ expression }} ignore nulls)
    {%- endif -%}
{%- endmacro %}

{# The rows of a seed as an insert. dbt-spark's session method would turn a null into the text 'None'. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
            {%- set literal = 'null' if row[name] is none else "'" ~ (row[name] | string | replace("\\", "\\\\") | replace("'", "\\'")) ~ "'" -%}
            {%- do cells.append('cast(' ~ literal ~ ' as ' ~ type ~ ')') -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql = 'insert into ' ~ this.render() ~ ' values ' ~ rows | join(', ') -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
