{# One series of every venue: the same columns of each feed's staging model, with what its symbol stands for.
   A feed and its staging model differ by one underscore: bybit_funding is stg_bybit__funding. Rows of symbols
   that the catalogue does not know are left out; the test every_symbol_is_known tells of them. #}
{% macro all_venues(feeds, columns, where=none) %}
with

published as (
    {% for feed in feeds %}
    select
        '{{ feed }}' as feed,
        symbol
        {%- for column in columns %},
        {{ column }}
        {%- endfor %}
    from {{ ref('stg_' ~ feed.replace('_', '__', 1)) }}
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
    published.{{ column }}
    {%- endfor %}
from published
inner join {{ ref('stg_ops__instruments') }} as instruments
    on
        published.feed = instruments.feed
        and published.symbol = instruments.symbol
{% endmacro %}
