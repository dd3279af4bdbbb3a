-- Open interest at the end of an hour, one row per source: the last observation in the ten minutes up to the next full
-- hour, that moment included, in contract units and one-sided. Of those that tell the present alone it is the last one
-- of the hour, whenever a run asked, and not at the hour's end.
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
        {{ hour_closed_by('snapshot_at') }} as hour_at,
        {{ is_at_hour_end('snapshot_at') }} as is_at_hour_end
    from {{ ref('int_hourly_open_interest__all_venues') }}
    where
        market = 'perpetual'
        and implausible is null
        and snapshot_at > (select min(hours.hour_at) from {{ ref('int_hours') }} as hours)

),

one_sided as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        margin_type,
        feed,
        is_venue_feed,
        snapshot_at,
        is_at_hour_end,
        {{ one_side(published_coins('open_interest_contracts', 'open_interest_coin')) }} as open_interest_coin,
        {{ one_side(published_usd('open_interest_contracts', 'open_interest_usd')) }} as open_interest_usd,
        cast(case is_both_sides when true then 2 when false then 1 end as bigint) as published_sides,
        mark_price_usd
    from observations
    where is_at_hour_end or feed in {{ snapshots_alone }}

),

ranked as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        margin_type,
        feed,
        is_venue_feed,
        snapshot_at,
        is_at_hour_end,
        {{ contract_units('open_interest_coin', 'open_interest_usd') }} as open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        published_sides,
        mark_price_usd,
        row_number() over (partition by asset, venue, instrument, feed, hour_at order by snapshot_at desc) as recency
    from one_sided
    -- an outage is published as zero
    where {{ contract_units('open_interest_coin', 'open_interest_usd') }} > 0

)

select
    asset,
    venue,
    instrument,
    hour_at,
    margin_type,
    feed,
    is_venue_feed,
    snapshot_at as observed_at,
    is_at_hour_end,
    open_interest_contracts,
    open_interest_coin,
    open_interest_usd,
    published_sides,
    mark_price_usd
from ranked
where recency = 1
