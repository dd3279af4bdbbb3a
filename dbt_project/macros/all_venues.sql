{# One series of every venue: the same columns of each feed's staging model, with what its symbol stands for.
   `feeds` maps the name of a feed to its staging model. A symbol that the catalogue does not know has nulls for
   what it stands for; every model downstream asks for a market and so leaves it out, and the test
   every_symbol_is_known tells of it. With a `shape` of macros/expectations.sql, the column `implausible` says which
   expectation a row breaks, as published: models downstream leave out rows that have one. Where the base of a
   contract counts several coins, as 1000SHIB does, prices and amounts become those of single coins. #}
{% macro of_one_coin(column) -%}
    {%- set prices = [
        'open_usd', 'high_usd', 'low_usd', 'close_usd', 'mark_price_usd', 'price_usd', 'tick_size'
    ] -%}
    {%- if column in prices -%}
        published.{{ column }} / coalesce(instruments.coin_multiple, 1) as {{ column }}
    {%- elif column == 'coin' or column.endswith('_coin') -%}
        published.{{ column }} * coalesce(instruments.coin_multiple, 1) as {{ column }}
    {%- else -%}
        published.{{ column }}
    {%- endif -%}
{%- endmacro %}

{% macro all_venues(feeds, columns, where=none, shape=none) %}
with

published as (
    {% for feed, model in feeds.items() %}
    select
        '{{ feed }}' as feed,
        symbol
        {%- for column in columns %},
        {{ column }}
        {%- endfor %}
    from {{ model }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    instruments.market,
    instruments.margin_type,
    instruments.unit_size,
    instruments.is_venue_feed,
    published.feed,
    published.symbol
    {%- for column in columns %},
    {{ of_one_coin(column) }}
    {%- endfor %}
    {%- if shape %},
    {{ first_broken(expectations(shape)) }} as implausible,
    {{ value_of_first_broken(expectations(shape)) }} as implausible_value
    {%- endif %}
from published
left join {{ ref('stg_ops__instruments') }} as instruments
    on
        published.feed = instruments.feed
        and published.symbol = instruments.symbol
{% endmacro %}
