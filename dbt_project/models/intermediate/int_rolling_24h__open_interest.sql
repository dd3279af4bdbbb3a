-- Largest fall and rise of open interest within 24 hours, in contract units, over the windows that end in a day: on the
-- hour, from 01:00 to 24:00. Each window compares the same linear contracts at both ends, so coins add up.
{{ config(materialized='by_day') }}

with

instruments as (

    select
        symbol,
        asset,
        venue,
        instrument
    from {{ ref('stg_ops__instruments') }}
    where feed = 'binance_um_open_interest' and margin_type = 'linear'

),

-- hourly samples are enough: open interest moves over hours, and the five-minute noise would only widen the extremes
observations as (

    select
        instruments.asset,
        instruments.venue,
        instruments.instrument,
        snapshots.snapshot_at,
        snapshots.open_interest_coin
    from {{ ref('stg_binance__um_open_interest__hour_ends') }} as snapshots
    inner join instruments
        on snapshots.symbol = instruments.symbol
    where
        snapshots.snapshot_at = {{ start_of_hour('snapshots.snapshot_at') }}
        -- an outage is published as zero
        and snapshots.open_interest_coin > 0
        and {{ is_plausible('open_interest') }}
        and {{ in_days_to_build('snapshots.snapshot_at', days_before=1) }}

),

windows as (

    select
        observations.asset,
        observations.snapshot_at as ended_at,
        {{ day_closed_by('observations.snapshot_at') }} as day,
        {{ change_pct(total('observations.open_interest_coin'), total('earlier.open_interest_coin')) }} as change_pct
    from observations
    inner join observations as earlier
        on
            observations.asset = earlier.asset
            and observations.venue = earlier.venue
            and observations.instrument = earlier.instrument
            and earlier.snapshot_at = observations.snapshot_at - interval '24' hour
    group by observations.asset, observations.snapshot_at

),

with_extremes as (

    select
        asset,
        day,
        ended_at,
        change_pct,
        min(change_pct) over (partition by asset, day) as fall_pct,
        max(change_pct) over (partition by asset, day) as rise_pct
    from windows

)

select
    asset,
    day,
    min(change_pct) as open_interest_fall_24h_pct,
    min(case when change_pct = fall_pct then ended_at end) as open_interest_fall_24h_ended_at,
    max(change_pct) as open_interest_rise_24h_pct,
    min(case when change_pct = rise_pct then ended_at end) as open_interest_rise_24h_ended_at,
    count(change_pct) as window_count
from with_extremes
group by asset, day
