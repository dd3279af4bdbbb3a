{# One spot bar per venue and period, that of its most traded pair, and whether it counts. `bars` has the bars of each
   instrument with the close of the period before; `period` is its column of the day, the hour or the window. Beyond 2 %
   from the median close a venue's bar is taken for an error: on the wildest days liquid venues were closer than that at
   24:00. Where that leaves none, the venues disagree and the most traded one stands. An asset without a spot pair in the
   catalogue is priced by its perpetual contracts. #}
{% macro spot_prices_by_venue(bars, period) -%}
{%- set tolerance = '2e-2' %}
with

assets_with_spot as (

    select distinct asset
    from {{ ref('stg_ops__instruments') }}
    where market = 'spot'

),

pairs as (

    select
        prices.asset,
        prices.venue,
        prices.instrument,
        prices.market,
        prices.{{ period }},
        prices.open_usd,
        prices.high_usd,
        prices.low_usd,
        prices.close_usd,
        prices.volume_coin,
        prices.volume_usd,
        prices.previous_close_usd,
        row_number() over (
            partition by prices.asset, prices.venue, prices.{{ period }}
            order by prices.volume_usd desc nulls last, prices.instrument asc
        ) as pair_rank,
        count(prices.previous_close_usd) over (partition by prices.asset, prices.{{ period }}) as with_previous_count
    from {{ bars }} as prices
    left join assets_with_spot
        on prices.asset = assets_with_spot.asset
    where
        prices.market = 'spot'
        or (prices.market = 'perpetual' and assets_with_spot.asset is null)

),

-- A venue counts from its second period on, so that both ends of a return rest on the same venues; those without
-- the period before count only where no venue has it.
comparable as (

    select
        asset,
        venue,
        instrument,
        market,
        {{ period }},
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd,
        previous_close_usd
    from pairs
    where
        pair_rank = 1
        and (previous_close_usd is not null or with_previous_count = 0)

),

middles as (

    select
        asset,
        {{ period }},
        {{ median_of('close_usd') }} as middle_usd
    from comparable
    group by asset, {{ period }}

),

ranked as (

    select
        comparable.asset,
        comparable.venue,
        comparable.instrument,
        comparable.market,
        comparable.{{ period }},
        comparable.open_usd,
        comparable.high_usd,
        comparable.low_usd,
        comparable.close_usd,
        comparable.volume_coin,
        comparable.volume_usd,
        comparable.previous_close_usd,
        abs(comparable.close_usd - middles.middle_usd) <= {{ tolerance }} * middles.middle_usd as is_near,
        row_number() over (
            partition by comparable.asset, comparable.{{ period }}
            order by
                case
                    when abs(comparable.close_usd - middles.middle_usd) <= {{ tolerance }} * middles.middle_usd then 1
                    else 2
                end,
                comparable.volume_usd desc nulls last,
                comparable.venue asc
        ) as precedence
    from comparable
    inner join middles
        on
            comparable.asset = middles.asset
            and comparable.{{ period }} = middles.{{ period }}

)

select
    asset,
    venue,
    instrument,
    market,
    {{ period }},
    open_usd,
    high_usd,
    low_usd,
    close_usd,
    volume_coin,
    volume_usd,
    previous_close_usd,
    is_near or precedence = 1 as is_accepted
from ranked
{%- endmacro %}

{# The bar of each asset and period out of spot_prices_by_venue: the median of the venues that count, with the names of
   those that do and of those that do not. #}
{% macro prices_of_assets(by_venue, period) -%}
    select
        asset,
        {{ period }},
        min(market) as market,
        {%- for price in ['open_usd', 'high_usd', 'low_usd', 'close_usd', 'previous_close_usd'] %}
        {{ median_of('case when is_accepted then ' ~ price ~ ' end') }} as {{ price }},
        {%- endfor %}
        {{ sum_if_all_known('volume_coin', among='is_accepted') }} as volume_coin,
        {{ sum_if_all_known('volume_usd', among='is_accepted') }} as volume_usd,
        {{ sorted_list('case when is_accepted then venue end') }} as venues,
        {{ sorted_list('case when not is_accepted then venue end') }} as rejected_venues
    from {{ by_venue }}
    group by asset, {{ period }}
{%- endmacro %}

{# What a period did against the close of the period before. #}
{% macro moves_of_bar(relation='') -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    {{ change_pct(of ~ 'close_usd', of ~ 'previous_close_usd') }} as return_pct,
    {{ change_pct(of ~ 'low_usd', of ~ 'previous_close_usd') }} as low_vs_previous_close_pct,
    {{ change_pct(of ~ 'high_usd', of ~ 'previous_close_usd') }} as high_vs_previous_close_pct,
    100 * ({{ of }}high_usd - {{ of }}low_usd) / {{ of }}previous_close_usd as range_pct
{%- endmacro %}
