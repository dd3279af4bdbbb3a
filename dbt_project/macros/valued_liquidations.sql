{# Forced closings of a period out of long_, short_ and liquidations_ in coin and usd as published, with what the feed
   leaves out valued at price_usd, the close of the very contract. Both sides and the total of a unit come from the same
   figures, or they would not add up. Without a price a unit stays unknown. #}
{% macro valued_liquidations() -%}
    {%- for name in ['long_liquidations', 'short_liquidations', 'liquidations'] %}
    {%- set coin, usd = name ~ '_coin', name ~ '_usd' %}
    case
        when liquidations_coin is null and liquidations_usd / price_usd is not null then {{ usd }} / price_usd
        else {{ coin }}
    end as {{ coin }},
    case
        when liquidations_usd is null and liquidations_coin * price_usd is not null then {{ coin }} * price_usd
        else {{ usd }}
    end as {{ usd }},
    {%- endfor %}
    case when (liquidations_usd is null) <> (liquidations_coin is null) then price_usd end as price_usd
{%- endmacro %}

{# What the row of a feed and venue counts as, from the feed, the venue's kind, and the last day from which its levels
   do not compare with earlier ones. A feed by the hour counts as the feed of the days, so that days are its baseline. #}
{% macro counted_as(feed, venue, feed_version) -%}
    {{ feed }} || ':' || {{ venue }} || coalesce('@' || cast({{ feed_version }} as string), '')
{%- endmacro %}
