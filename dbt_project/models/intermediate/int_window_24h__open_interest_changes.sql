-- Open interest of each instrument at the end of each hour beside its own past: changes in contract units over 24
-- hours, 3 and 7 days, the USD value then (the weights of a total), and the share of the maximum at this hour of
-- seven days.
{{ config(materialized='table', tags=['window']) }}
{%- set week = ['today.open_interest_contracts'] %}
{%- for days in range(1, 7) %}{% do week.append('d' ~ days ~ '.open_interest_contracts') %}{% endfor %}

with

open_interest as (

    select
        *,
        hour_at + interval '1' hour as window_ended_at
    from {{ ref('int_hourly_open_interest__by_instrument') }}
    where is_at_hour_end

),

beside_past as (

    select
        today.*,
        {%- for days in [1, 3, 7] %}
        d{{ days }}.open_interest_contracts as contracts_{{ days }}d_ago,
        d{{ days }}.open_interest_usd as usd_{{ days }}d_ago,
        {%- endfor %}
        case when {{ week | join(' + ') }} is not null then greatest({{ week | join(', ') }}) end as max_7d_contracts
    from open_interest as today
    {% for days in range(1, 8) %}
    left join open_interest as d{{ days }}
        on
            today.asset = d{{ days }}.asset
            and today.venue = d{{ days }}.venue
            and today.instrument = d{{ days }}.instrument
            and d{{ days }}.hour_at = today.hour_at - interval '{{ days }}' day
    {% endfor %}

)

select
    asset,
    venue,
    instrument,
    window_ended_at,
    margin_type,
    feed,
    observed_at,
    open_interest_contracts,
    open_interest_coin,
    open_interest_usd,
    {{ change_pct('open_interest_contracts', 'contracts_1d_ago') }} as open_interest_change_1d_pct,
    {{ change_pct('open_interest_contracts', 'contracts_3d_ago') }} as open_interest_change_3d_pct,
    {{ change_pct('open_interest_contracts', 'contracts_7d_ago') }} as open_interest_change_7d_pct,
    usd_1d_ago,
    usd_3d_ago,
    usd_7d_ago,
    open_interest_contracts / max_7d_contracts as open_interest_share_of_7d_max,
    published_sides
from beside_past
