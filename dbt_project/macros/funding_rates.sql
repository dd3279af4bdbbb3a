{# The funding of each instrument and period with its open interest at the end of an hour of the period, as the CTE
   `weighed`. `only` narrows the funding. #}
{% macro funding_with_open_interest(funding, period, hour, only='true') -%}
weighed as (

    select
        funding.asset,
        funding.venue,
        funding.instrument,
        funding.{{ period }},
        funding.funding_8h_bp,
        open_interest.open_interest_usd
    from {{ funding }} as funding
    left join {{ ref('int_hourly_open_interest__newest') }} as open_interest
        on
            funding.asset = open_interest.asset
            and funding.venue = open_interest.venue
            and funding.instrument = open_interest.instrument
            and {{ hour }} = open_interest.hour_at
    where {{ only }}

)
{%- endmacro %}

{# What each funding rate weighs in the rate of its asset, as two CTEs and the final select. `funding` names a CTE with one
   row per instrument and period: funding_8h_bp, and the newest open_interest_usd that may weigh it. A venue whose open
   interest nobody knows is taken for a small one, in equal parts over its instruments: it stays in the rate and is named,
   and cannot move it when it comes or goes. An instrument alone without open interest does not count beside those of its
   venue that have some. `period` is the column of the day, the hour or the window. #}
{% macro funding_weights(funding, period) -%}
{%- set small = '1e-2' %}
venues as (

    select
        asset,
        venue,
        {{ period }},
        {{ total('open_interest_usd') }} as open_interest_usd,
        count(*) as instrument_count
    from {{ funding }}
    group by asset, venue, {{ period }}

),

known as (

    select
        asset,
        {{ period }},
        {{ total('open_interest_usd') }} as open_interest_usd
    from venues
    group by asset, {{ period }}

)

select
    weighed.asset,
    weighed.venue,
    weighed.instrument,
    weighed.{{ period }},
    weighed.funding_8h_bp,
    case
        when venues.open_interest_usd is not null then weighed.open_interest_usd
        when known.open_interest_usd is not null
            then {{ small }} * known.open_interest_usd / venues.instrument_count
        -- without any open interest at all every venue counts the same
        else 1e0 / venues.instrument_count
    end as weight_usd,
    venues.open_interest_usd is null as is_weight_assumed
from {{ funding }} as weighed
inner join venues
    on
        weighed.asset = venues.asset
        and weighed.venue = venues.venue
        and weighed.{{ period }} = venues.{{ period }}
inner join known
    on
        weighed.asset = known.asset
        and weighed.{{ period }} = known.{{ period }}
where weighed.open_interest_usd is not null or venues.open_interest_usd is null
{%- endmacro %}

{# The rate of each asset and period, weighted by open interest over what funding_weights left, as two CTEs; the second is
   by_asset. #}
{% macro funding_of_assets(weights, period) -%}
by_venue as (

    select
        asset,
        venue,
        {{ period }},
        {{ weighted_mean('funding_8h_bp', 'weight_usd') }} as funding_8h_bp,
        {{ total('weight_usd') }} as weight_usd,
        is_weight_assumed
    from {{ weights }}
    group by asset, venue, {{ period }}, is_weight_assumed

),

by_asset as (

    select
        asset,
        {{ period }},
        {{ weighted_mean('funding_8h_bp', 'weight_usd') }} as funding_8h_bp,
        case when count(*) > 1 then max(funding_8h_bp) - min(funding_8h_bp) end as funding_dispersion_bp,
        count(*) as venue_count,
        {{ sorted_list('venue') }} as venues,
        -- no weight is unknown here, so what is not assumed weighs nothing among the assumed
        {{ total('case when is_weight_assumed then weight_usd else 0 end') }} / {{ total('weight_usd') }}
            as assumed_weight_share
    from by_venue
    group by asset, {{ period }}

)
{%- endmacro %}

{# The measures of funding_daily out of `by_asset`. #}
{% macro funding_measures() -%}
    by_asset.funding_8h_bp,
    {{ annualised_funding_pct('by_asset.funding_8h_bp') }} as annualised_pct,
    by_asset.funding_dispersion_bp,
    by_asset.venue_count,
    by_asset.venues,
    by_asset.assumed_weight_share
{%- endmacro %}
