{# Open interest of each asset and period over the instruments whose value in USD is known, as the two CTEs `valued` and
   `totals`. `changes` has the open interest of each instrument with its changes and the USD value of 1, 3 and 7 days
   before; `period` is its column of the day or the window. Changes compare the instruments so known at both ends alone,
   so that one that starts, ends or lacks a price is no change. #}
{% macro open_interest_totals(changes, period) -%}
valued as (

    select
        asset,
        venue,
        instrument,
        {{ period }},
        margin_type,
        feed,
        open_interest_coin,
        open_interest_usd,
        {%- for days in [1, 3, 7] %}
        {%- set change = 'open_interest_change_' ~ days ~ 'd_pct' %}
        case when usd_{{ days }}d_ago is not null then {{ change }} end as {{ change }},
        usd_{{ days }}d_ago,
        {%- endfor %}
        open_interest_share_of_7d_max
    from {{ changes }}
    where open_interest_usd is not null

),

totals as (

    select
        asset,
        {{ period }},
        {{ total('open_interest_usd') }} as open_interest_usd,
        {{ sum_if_all_known('open_interest_coin') }} as open_interest_coin,
        {%- for margin_type in ['linear', 'inverse'] %}
        {%- set of_type = "margin_type = '" ~ margin_type ~ "'" %}
        {{ sum_if_all_known('open_interest_coin', among=of_type) }} as {{ margin_type }}_open_interest_coin,
        {{ sum_if_all_known('open_interest_usd', among=of_type) }} as {{ margin_type }}_open_interest_usd,
        {%- endfor %}
        {%- for days in [1, 3, 7] %}
        {%- set change = 'open_interest_change_' ~ days ~ 'd_pct' %}
        {%- set on_both_days = change ~ ' is not null' %}
        {{ weighted_mean(change, 'usd_' ~ days ~ 'd_ago') }} as {{ change }},
        {{ sum_if_all_known('open_interest_usd', among=on_both_days) }} as usd_same_{{ days }}d,
        {{ sum_if_all_known('usd_' ~ days ~ 'd_ago', among=on_both_days) }} as usd_before_{{ days }}d,
        {%- endfor %}
        {{ weighted_mean('open_interest_share_of_7d_max', 'open_interest_usd') }} as open_interest_share_of_7d_max,
        {{ sorted_list("venue || ':' || instrument") }} as instruments,
        {{ sorted_list('venue') }} as venues,
        {{ sorted_list('feed') }} as feeds
    from valued
    group by asset, {{ period }}

)
{%- endmacro %}

{# The measures of open_interest_daily out of `totals`. #}
{% macro open_interest_measures() -%}
    totals.open_interest_usd,
    totals.open_interest_coin,
    totals.linear_open_interest_coin,
    totals.linear_open_interest_usd,
    totals.inverse_open_interest_usd,
    totals.inverse_open_interest_coin,
    totals.open_interest_change_1d_pct,
    totals.open_interest_change_3d_pct,
    totals.open_interest_change_7d_pct,
    {{ change_pct('totals.usd_same_1d', 'totals.usd_before_1d') }} as open_interest_usd_change_1d_pct,
    {{ change_pct('totals.usd_same_3d', 'totals.usd_before_3d') }} as open_interest_usd_change_3d_pct,
    {{ change_pct('totals.usd_same_7d', 'totals.usd_before_7d') }} as open_interest_usd_change_7d_pct,
    totals.open_interest_share_of_7d_max,
    totals.instruments,
    totals.venues,
    totals.feeds
{%- endmacro %}
