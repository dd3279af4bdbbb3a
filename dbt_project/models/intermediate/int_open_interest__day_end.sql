-- Open interest at the end of a day, one row per source: the last observation in the ten minutes up to 24:00,
-- that moment included. A source without one has no row. Which source counts is decided in
-- int_open_interest__by_instrument.
with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument,
        margin_type,
        is_venue_feed
    from {{ ref('stg_ops__instruments') }}
    where market = 'perpetual'

),

binance_um_observations as (

    select
        symbol,
        snapshot_at,
        open_interest_coin,
        open_interest_usd,
        {{ day_closed_by('snapshot_at') }} as day
    from {{ ref('stg_binance__um_open_interest') }}
    -- true for 23:50 to 24:00 alone: ten minutes later it is another day than the one the moment closes
    where cast(snapshot_at + interval '10' minute as date) > {{ day_closed_by('snapshot_at') }}

),

binance_um_ranked as (

    select
        symbol,
        snapshot_at,
        open_interest_coin,
        open_interest_usd,
        day,
        row_number() over (partition by symbol, day order by snapshot_at desc) as recency
    from binance_um_observations
    -- the venue published zeros on 2022-03-07 and 2022-03-08: an outage, not an empty market
    where open_interest_coin > 0

),

observations as (

    select
        'binance_um_open_interest' as feed,
        symbol,
        day,
        snapshot_at as observed_at,
        open_interest_coin as open_interest_contracts,
        open_interest_coin,
        open_interest_usd
    from binance_um_ranked
    where recency = 1

    union all

    -- the close of a daily bar is an observation at 24:00
    select
        'coinalyze_open_interest' as feed,
        symbol,
        day,
        cast(day as timestamp) + interval '1' day as observed_at,
        close_contracts as open_interest_contracts,
        cast(null as double) as open_interest_coin,
        cast(null as double) as open_interest_usd
    from {{ ref('stg_coinalyze__open_interest') }}
    where close_contracts > 0

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    observations.day,
    instruments.margin_type,
    observations.feed as source,
    instruments.is_venue_feed,
    observations.observed_at,
    observations.open_interest_contracts,
    case
        when instruments.margin_type = 'linear'
            then coalesce(observations.open_interest_coin, observations.open_interest_contracts)
        else observations.open_interest_coin
    end as open_interest_coin,
    case
        when instruments.margin_type = 'inverse'
            then coalesce(observations.open_interest_usd, observations.open_interest_contracts)
        else observations.open_interest_usd
    end as open_interest_usd
from observations
inner join instruments
    on
        observations.feed = instruments.feed
        and observations.symbol = instruments.symbol
