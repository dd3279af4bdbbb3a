-- Open interest of each instrument and day beside its own past: changes in contract units over 1, 3 and 7
-- calendar days, the USD value on those earlier days (the weights of a total), and the share of the seven-day
-- maximum.
{{ config(materialized='table') }}

with

open_interest as (

    select
        asset,
        venue,
        instrument,
        day,
        margin_type,
        feed,
        observed_at,
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        published_sides
    from {{ ref('int_open_interest__by_instrument') }}
    where is_at_day_end

),

instruments as (

    select distinct
        asset,
        venue,
        instrument
    from open_interest

),

-- every calendar day of every instrument, so that a lag of n rows is a lag of n days
spine as (

    select
        calendar.asset,
        instruments.venue,
        instruments.instrument,
        calendar.day,
        open_interest.margin_type,
        open_interest.feed,
        open_interest.observed_at,
        open_interest.open_interest_contracts,
        open_interest.open_interest_coin,
        open_interest.open_interest_usd,
        open_interest.published_sides
    from {{ ref('int_calendar') }} as calendar
    inner join instruments
        on calendar.asset = instruments.asset
    left join open_interest
        on
            calendar.asset = open_interest.asset
            and calendar.day = open_interest.day
            and instruments.venue = open_interest.venue
            and instruments.instrument = open_interest.instrument

),

with_past as (

    select
        asset,
        venue,
        instrument,
        day,
        margin_type,
        feed,
        observed_at,
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        published_sides,
        lag(open_interest_contracts, 1) over past as contracts_1d_ago,
        lag(open_interest_contracts, 3) over past as contracts_3d_ago,
        lag(open_interest_contracts, 7) over past as contracts_7d_ago,
        lag(open_interest_usd, 1) over past as usd_1d_ago,
        lag(open_interest_usd, 3) over past as usd_3d_ago,
        lag(open_interest_usd, 7) over past as usd_7d_ago,
        max(open_interest_contracts) over week as max_7d_contracts,
        count(open_interest_contracts) over week as known_7d_count
    from spine
    window
        past as (partition by asset, venue, instrument order by day),
        week as (partition by asset, venue, instrument order by day rows between 6 preceding and current row)

)

select
    asset,
    venue,
    instrument,
    day,
    margin_type,
    feed,
    observed_at,
    open_interest_contracts,
    open_interest_coin,
    open_interest_usd,
    {{ change_pct('open_interest_contracts', 'contracts_1d_ago') }} as open_interest_change_1d_pct,
    {{ change_pct('open_interest_contracts', 'contracts_3d_ago') }} as open_interest_change_3d_pct,
    {{ change_pct('open_interest_contracts', 'contracts_7d_ago') }} as open_interest_change_7d_pct,
    usd_1d_ago,
    usd_3d_ago,
    usd_7d_ago,
    case when known_7d_count = 7 then open_interest_contracts / max_7d_contracts end as open_interest_share_of_7d_max,
    published_sides
from with_past
where open_interest_contracts is not null
