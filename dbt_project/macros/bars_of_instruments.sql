{# The bar of each spot pair and perpetual contract and `period` out of the relation `klines`, as the CTE `bars`: from the
   venue's own feed, or else an aggregator's of the same contract. USD that a venue does not publish are its coins at the
   close, which is within the range of the bar. `period` is the column that the CTE has, `opened` the one of the
   relation. #}
{% macro bars_of_instruments(klines, period, opened) -%}
sources as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        {{ opened }} as {{ period }},
        feed,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        coalesce(volume_usd, volume_coin * close_usd) as volume_usd,
        row_number() over (
            partition by asset, venue, instrument, market, {{ opened }}
            order by case when is_venue_feed then 1 else 2 end, feed
        ) as precedence
    from {{ klines }}
    where
        market in ('spot', 'perpetual')
        and implausible is null
        and {{ was_traded() }}

),

bars as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        {{ period }},
        feed,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd
    from sources
    where precedence = 1

)
{%- endmacro %}

{# `bars` with the close of the bar before, whose `period` is `previous_period`. #}
{% macro bars_with_previous_close(period, previous_period) -%}
select
    bars.*,
    previous.close_usd as previous_close_usd
from bars
left join bars as previous
    on
        bars.asset = previous.asset
        and bars.venue = previous.venue
        and bars.instrument = previous.instrument
        and bars.market = previous.market
        and previous.{{ period }} = {{ previous_period }}
{%- endmacro %}
