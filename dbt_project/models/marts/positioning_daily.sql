-- Long/short ratios, taker volume and premium of each asset and day over its perpetual contracts. A ratio is averaged
-- as the share of longs: one contract with twice as many longs and one with twice as many shorts are balanced.
{%- set ratios = [
    'long_short_account_ratio', 'top_trader_long_short_account_ratio', 'top_trader_long_short_position_ratio'
] %}
with

weighed as (

    select
        positioning.asset,
        positioning.day,
        positioning.venue,
        positioning.instrument,
        {%- for ratio in ratios %}
        case
            when open_interest.open_interest_usd is not null
                then positioning.{{ ratio }} / (1 + positioning.{{ ratio }})
        end as long_share_of_{{ ratio }},
        {%- endfor %}
        case when open_interest.open_interest_usd is not null then positioning.perpetual_premium_pct end
            as perpetual_premium_pct,
        positioning.taker_buy_volume_usd,
        positioning.taker_sell_volume_usd,
        positioning.volume_delta_usd,
        open_interest.open_interest_usd
    from {{ ref('positioning_by_venue_daily') }} as positioning
    left join {{ ref('open_interest_by_venue_daily') }} as open_interest
        on
            positioning.asset = open_interest.asset
            and positioning.venue = open_interest.venue
            and positioning.instrument = open_interest.instrument
            and positioning.day = open_interest.day

),

totals as (

    select
        asset,
        day,
        {%- for ratio in ratios %}
        {{ weighted_mean('long_share_of_' ~ ratio, 'open_interest_usd') }} as long_share_of_{{ ratio }},
        {%- endfor %}
        {{ weighted_mean('perpetual_premium_pct', 'open_interest_usd') }} as perpetual_premium_pct,
        {{ total('taker_buy_volume_usd') }} as taker_buy_volume_usd,
        {{ total('taker_sell_volume_usd') }} as taker_sell_volume_usd,
        {{ total('volume_delta_usd') }} as volume_delta_usd,
        {{ sorted_list("venue || ':' || instrument") }} as instruments
    from weighed
    group by asset, day

)

select
    calendar.asset,
    calendar.day,
    {%- for ratio in ratios %}
    totals.long_share_of_{{ ratio }} / (1 - totals.long_share_of_{{ ratio }}) as {{ ratio }},
    {%- endfor %}
    totals.taker_buy_volume_usd,
    totals.taker_sell_volume_usd,
    totals.taker_buy_volume_usd / (totals.taker_buy_volume_usd + totals.taker_sell_volume_usd) as taker_buy_share,
    totals.volume_delta_usd,
    case
        when count(totals.volume_delta_usd) over month = 30 then sum(totals.volume_delta_usd) over month
    end as cumulative_volume_delta_30d_usd,
    totals.perpetual_premium_pct,
    totals.instruments
from {{ ref('int_calendar') }} as calendar
left join totals
    on
        calendar.asset = totals.asset
        and calendar.day = totals.day
where calendar.is_in_window
window
    month as (
        partition by calendar.asset
        order by calendar.day rows between 29 preceding and current row
    )
