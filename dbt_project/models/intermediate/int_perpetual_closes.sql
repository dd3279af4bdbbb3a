-- Daily close of every perpetual contract, from the venue's own bars or else an aggregator's of the same
-- contract, and which contract's close stands for its asset: the most traded one of the venues' own.
{{ config(materialized='table') }}

with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument,
        is_venue_feed
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

    union all

    -- an aggregator's volume is in other units per contract, so its bars never stand for the asset by volume
    select
        'coinalyze_klines' as feed,
        symbol,
        day,
        close_usd,
        cast(null as double) as volume_usd
    from {{ ref('stg_coinalyze__klines') }}

),

ranked as (

    select
        instruments.asset,
        instruments.venue,
        instruments.instrument,
        bars.day,
        bars.close_usd,
        bars.volume_usd,
        row_number() over (
            partition by instruments.asset, instruments.venue, instruments.instrument, bars.day
            order by case when instruments.is_venue_feed then 1 else 2 end, bars.feed
        ) as precedence
    from bars
    inner join instruments
        on
            bars.feed = instruments.feed
            and bars.symbol = instruments.symbol

)

select
    asset,
    venue,
    instrument,
    day,
    close_usd,
    row_number() over (
        partition by asset, day
        order by volume_usd desc nulls last, venue asc, instrument asc
    ) = 1 as is_asset_reference
from ranked
where precedence = 1
