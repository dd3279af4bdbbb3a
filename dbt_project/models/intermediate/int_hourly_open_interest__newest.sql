-- The newest open interest in USD of each instrument at the end of each hour, up to seven days old: the weight of
-- funding.

with

known as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        open_interest_usd
    from {{ ref('int_hourly_open_interest__by_instrument') }}
    where open_interest_usd is not null

),

instruments as (

    select distinct
        asset,
        venue,
        instrument
    from known

)

select
    hours.asset,
    instruments.venue,
    instruments.instrument,
    hours.hour_at,
    {{ last_known('known.open_interest_usd') }} over (
        partition by hours.asset, instruments.venue, instruments.instrument
        order by hours.hour_at
        rows between 168 preceding and current row
    ) as open_interest_usd
from {{ ref('int_hours') }} as hours
inner join instruments
    on hours.asset = instruments.asset
left join known
    on
        hours.asset = known.asset
        and hours.hour_at = known.hour_at
        and instruments.venue = known.venue
        and instruments.instrument = known.instrument
