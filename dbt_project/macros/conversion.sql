{# The one place where what a venue publishes becomes coins, USD, one side, and basis points per 8 hours. Each
   macro reads columns of the relation it stands in: margin_type, unit_size (what the feed's count of one stands
   for: coins of a linear, USD of an inverse contract), is_both_sides, price_usd. #}

{# Coins, as far as they are known without a price: of a linear contract its count, which is exact, before what
   the venue worked out from it. #}
{% macro published_coins(contracts, coin) -%}
    coalesce(case when margin_type = 'linear' then {{ contracts }} * unit_size end, {{ coin }})
{%- endmacro %}

{# USD, as far as it is known without a price: of an inverse contract its count before what the venue worked
   out. #}
{% macro published_usd(contracts, usd) -%}
    coalesce(case when margin_type = 'inverse' then {{ contracts }} * unit_size end, {{ usd }})
{%- endmacro %}

{# The unit that price does not move: coins of a linear, USD of an inverse contract. #}
{% macro contract_units(coin, usd) -%}
    case margin_type when 'linear' then {{ coin }} when 'inverse' then {{ usd }} end
{%- endmacro %}

{# Coins as published, else USD at the price. #}
{% macro coins_at_price(coin, usd) -%}
    coalesce({{ coin }}, {{ usd }} / price_usd)
{%- endmacro %}

{# USD as published, else coins at the price. #}
{% macro usd_at_price(coin, usd) -%}
    coalesce({{ usd }}, {{ coin }} * price_usd)
{%- endmacro %}

{# Each contract once: a figure that counts its long and its short side is halved. One whose sides nobody has
   said stays as it is; its level is uncertain by that factor, its relative change is not. #}
{% macro one_side(quantity) -%}
    case when is_both_sides then {{ quantity }} / 2 else {{ quantity }} end
{%- endmacro %}

{# Funding paid over some hours, in basis points per 8 hours. #}
{% macro funding_8h_bp(rate_sum, hours) -%}
    10000 * {{ rate_sum }} * 8 / {{ hours }}
{%- endmacro %}

{# Percent per year of basis points per 8 hours, simple and not compounded. #}
{% macro annualised_funding_pct(rate_8h_bp) -%}
    {{ rate_8h_bp }} * 3 * 365 / 100
{%- endmacro %}
