{# Conditions that may be applied before the newest version of a row is chosen. #}

{# Words that a condition on a key may have beside columns of the key. A name before a bracket is a function. #}
{% macro key_condition_words() -%}
    {{ return([
        'and', 'or', 'not', 'is', 'in', 'between', 'null', 'true', 'false', 'case', 'when', 'then', 'else', 'end',
        'as', 'date', 'timestamp', 'interval', 'microsecond', 'minute', 'hour', 'day',
    ]) }}
{%- endmacro %}

{# `key_where`, refused when it names anything but columns of the key of the feed `table`. Every version of a row has the
   same key. So a condition on the key alone keeps all versions of a row or none, and the newest of them is the same
   before and after it. A condition on another column could leave out the newest version and bring back an older one. #}
{% macro condition_on_key(table, key_where) -%}
    {%- if modules is defined -%}  {# not in the linter #}
        {%- set code = modules.re.sub("'[^']*'", "''", key_where) -%}
        {%- set quoted_names = modules.re.findall('["`]([^"`]*)["`]', code) -%}
        {%- set words = modules.re.findall('\\b[A-Za-z_]\\w*\\b(?!\\s*[(])', modules.re.sub('["`][^"`]*["`]', '', code)) -%}
        {%- set key = feed_keys()[table] -%}
        {%- for name in quoted_names + words | map('lower') | reject('in', key_condition_words()) | list -%}
            {%- if name not in key -%}
                {{ exceptions.raise_compiler_error(
                    "key_where of " ~ table ~ " names " ~ name ~ ", which is not in the key (" ~ key | join(', ')
                    ~ "): filter by it after the newest version is chosen"
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(key_where) }}
{%- endmacro %}
