-- Open interest at the end of a day, one row per source: the last observation in the ten minutes up to 24:00,
-- that moment included, in contract units and one-sided. A source without one has no row, but for those that tell
-- the present alone: of them it is the last one of the day, whenever a run asked, and not at the day's end. Which
-- source counts is decided in int_open_interest__by_instrument.
{{ config(materialized='by_day') }}
{%- set snapshots_alone = "('deribit_open_interest', 'hyperliquid_open_interest')" %}
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
        mark_price_usd,
        {{ day_closed_by('snapshot_at') }} as day,
        {{ is_at_day_end('snapshot_at') }} as is_at_day_end
    from {{ ref('int_open_interest__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null
        and ({{ is_at_day_end('snapshot_at') }} or feed in {{ snapshots_alone }})
        and {{ in_days_to_build('snapshot_at') }}

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
        is_at_day_end,
        {{ one_side(published_coins('open_interest_contracts', 'open_interest_coin')) }} as open_interest_coin,
        {{ one_side(published_usd('open_interest_contracts', 'open_interest_usd')) }} as open_interest_usd,
        cast(case is_both_sides when true then 2 when false then 1 end as bigint) as published_sides,
        mark_price_usd
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
        is_at_day_end,
        {{ contract_units('open_interest_coin', 'open_interest_usd') }} as open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        published_sides,
        mark_price_usd,
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
    feed,
    is_venue_feed,
    snapshot_at as observed_at,
    is_at_day_end,
    open_interest_contracts,
    open_interest_coin,
    open_interest_usd,
    published_sides,
    mark_price_usd
from ranked
where recency = 1
