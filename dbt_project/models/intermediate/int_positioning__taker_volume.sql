-- Volume of each perpetual contract and day, and how much of it takers bought: in USD, or in the stablecoin that a
-- linear contract is quoted in. Of inverse contracts it is their count times their size.
with

bars as (

    select
        'binance_um_klines' as feed,
        symbol,
        day,
        volume_usd as volume,
        taker_buy_volume_usd as taker_buy_volume
    from {{ ref('stg_binance__um_klines__daily') }}
    where {{ is_plausible('bars') }}
    union all
    select
        'binance_cm_klines' as feed,
        symbol,
        day,
        volume_contracts as volume,
        taker_buy_volume_contracts as taker_buy_volume
    from {{ ref('stg_binance__cm_klines') }}
    where
        bar_interval = '1d'
        and {{ is_plausible('bars') }}

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    bars.feed,
    bars.symbol,
    bars.day,
    bars.volume * case instruments.margin_type when 'inverse' then instruments.unit_size else 1 end as volume,
    bars.taker_buy_volume * case instruments.margin_type when 'inverse' then instruments.unit_size else 1 end
        as taker_buy_volume
from bars
inner join {{ ref('stg_ops__instruments') }} as instruments
    on
        bars.feed = instruments.feed
        and bars.symbol = instruments.symbol
        and instruments.market = 'perpetual'
where
    bars.volume > 0
    and bars.taker_buy_volume is not null
