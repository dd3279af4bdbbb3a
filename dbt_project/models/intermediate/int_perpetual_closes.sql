-- Daily close of every perpetual contract, and which contract's close stands for its asset: the most traded
-- one of the day.
{{ config(materialized='table') }}

with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument
    from {{ ref('stg_ops__instruments') }}
    where market = 'perpetual'

),

bars as (

    select
        'binance_um_klines' as feed,
        symbol,
        day,
        close_usd,
        volume_usd
    from {{ ref('stg_binance__um_klines') }}
    where bar_interval = '1d'

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    bars.day,
    bars.close_usd,
    row_number() over (
        partition by instruments.asset, bars.day
        order by bars.volume_usd desc, instruments.venue asc, instruments.instrument asc
    ) = 1 as is_asset_reference
from bars
inner join instruments
    on
        bars.feed = instruments.feed
        and bars.symbol = instruments.symbol
