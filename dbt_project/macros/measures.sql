{# Arithmetic that several models share; portable SQL. #}

{# Sum of a group, null as soon as one member is unknown: a partial sum would look like a small total.
   `among` narrows the group; without any member the sum is null as well. #}
{% macro sum_if_all_known(expression, among=none) -%}
    {%- set member = expression if among is none else 'case when ' ~ among ~ ' then ' ~ expression ~ ' end' -%}
    {%- set membership = '*' if among is none else 'case when ' ~ among ~ ' then 1 end' -%}
    case when count({{ membership }}) = count({{ member }}) then {{ total(member) }} end
{%- endmacro %}

{# Mean over the members whose value is known; null as soon as the weight of one of them is not, because a
   mean of the others would pass for the mean of all. #}
{% macro weighted_mean(expression, weight) -%}
    {%- set known = expression ~ ' is not null' -%}
    {{ sum_if_all_known(expression ~ ' * ' ~ weight, among=known) }}
    / nullif({{ sum_if_all_known(weight, among=known) }}, 0)
{%- endmacro %}

{# Simple change in percent; null when either side is unknown or the base is zero. #}
{% macro change_pct(today, before) -%}
    100 * ({{ today }} - {{ before }}) / nullif({{ before }}, 0)
{%- endmacro %}
