-- Open interest at the end of a day, one row per source: the last observation in the ten minutes up to 24:00,
-- that moment included, in contract units and one-sided. A source without one has no row. Which source counts
-- is decided in int_open_interest__by_instrument.
with

observations as (

    select
        asset,
        venue,
        instrument,
        margin_type,
        unit_size,
        feed,
        is_venue_feed,
        snapshot_at,
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        is_both_sides,
        {{ day_closed_by('snapshot_at') }} as day
    from {{ ref('int_open_interest__all_venues') }}
    -- true for 23:50 to 24:00 alone: ten minutes later it is another day than the one the moment closes
    where cast(snapshot_at + interval '10' minute as date) > {{ day_closed_by('snapshot_at') }}

),

one_sided as (

    select
        asset,
        venue,
        instrument,
        day,
        margin_type,
        feed,
        is_venue_feed,
        snapshot_at,
        {{ one_side(published_coins('open_interest_contracts', 'open_interest_coin')) }} as open_interest_coin,
        {{ one_side(published_usd('open_interest_contracts', 'open_interest_usd')) }} as open_interest_usd,
        case is_both_sides when true then 2 when false then 1 end as published_sides
    from observations

),

ranked as (

    select
        asset,
        venue,
        instrument,
        day,
        margin_type,
        feed,
        is_venue_feed,
        snapshot_at,
        {{ contract_units('open_interest_coin', 'open_interest_usd') }} as open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        published_sides,
        row_number() over (partition by asset, venue, instrument, feed, day order by snapshot_at desc) as recency
    from one_sided
    -- Binance published zeros on 2022-03-07 and 2022-03-08: an outage, not an empty market
    where {{ contract_units('open_interest_coin', 'open_interest_usd') }} > 0

)

select
    asset,
    venue,
    instrument,
    day,
    margin_type,
    feed as source,
    is_venue_feed,
    snapshot_at as observed_at,
    open_interest_contracts,
    open_interest_coin,
    open_interest_usd,
    published_sides
from ranked
where recency = 1
