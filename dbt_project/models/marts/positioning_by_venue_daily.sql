-- Long/short ratios, taker volume and premium of each perpetual contract and day of the window.
with

ratios as (

    select
        asset,
        venue,
        instrument,
        day,
        account_ratio,
        top_trader_account_ratio,
        top_trader_position_ratio
    from {{ ref('int_positioning__long_short_ratios') }}
    where {{ is_plausible('long_short_ratios') }}

),

takers as (

    select
        asset,
        venue,
        instrument,
        day,
        taker_buy_volume,
        volume - taker_buy_volume as taker_sell_volume,
        taker_buy_volume / volume as taker_buy_share,
        2 * taker_buy_volume - volume as volume_delta
    from {{ ref('int_positioning__taker_volume') }}
    where {{ is_plausible('taker_volume') }}

),

with_cumulative as (

    select
        asset,
        venue,
        instrument,
        day,
        taker_buy_volume,
        taker_sell_volume,
        taker_buy_share,
        volume_delta,
        case when count(*) over month = 30 then sum(volume_delta) over month end as cumulative_volume_delta_30d
    from takers
    window
        month as (
            partition by asset, venue, instrument
            order by {{ day_number('day') }} range between 29 preceding and current row
        )

),

premiums as (

    select
        perpetuals.asset,
        perpetuals.venue,
        perpetuals.instrument,
        perpetuals.day,
        {{ change_pct('perpetuals.close_usd', 'spot.close_usd') }} as premium_pct
    from {{ ref('int_perpetual_closes') }} as perpetuals
    inner join {{ ref('prices_daily') }} as spot
        on
            perpetuals.asset = spot.asset
            and perpetuals.day = spot.day
            and spot.market = 'spot'
    where spot.close_usd is not null

),

contract_days as (

    select
        asset,
        venue,
        instrument,
        day
    from ratios
    union
    select
        asset,
        venue,
        instrument,
        day
    from takers
    union
    select
        asset,
        venue,
        instrument,
        day
    from premiums

)

select
    contract_days.asset,
    contract_days.venue,
    contract_days.instrument,
    contract_days.day,
    ratios.account_ratio as long_short_account_ratio,
    ratios.top_trader_account_ratio as top_trader_long_short_account_ratio,
    ratios.top_trader_position_ratio as top_trader_long_short_position_ratio,
    with_cumulative.taker_buy_volume as taker_buy_volume_usd,
    with_cumulative.taker_sell_volume as taker_sell_volume_usd,
    with_cumulative.taker_buy_share,
    with_cumulative.volume_delta as volume_delta_usd,
    with_cumulative.cumulative_volume_delta_30d as cumulative_volume_delta_30d_usd,
    premiums.premium_pct as perpetual_premium_pct
from contract_days
inner join {{ ref('int_calendar') }} as calendar
    on
        contract_days.asset = calendar.asset
        and contract_days.day = calendar.day
        and calendar.is_in_window
{%- for part in ['ratios', 'with_cumulative', 'premiums'] %}
left join {{ part }}
    on
        contract_days.asset = {{ part }}.asset
        and contract_days.venue = {{ part }}.venue
        and contract_days.instrument = {{ part }}.instrument
        and contract_days.day = {{ part }}.day
{%- endfor %}
