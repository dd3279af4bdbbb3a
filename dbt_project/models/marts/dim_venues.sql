-- Every venue that is known: how it counts, what it publishes, and what of it there is.
with

instruments as (

    select
        venue,
        count(*) as instrument_count,
        {{ sorted_list('asset') }} as assets,
        min(first_day) as first_day,
        max(last_day) as last_day
    from {{ ref('dim_instruments') }}
    group by venue

),

breaks as (

    select
        venue,
        count(*) as break_count
    from {{ ref('feed_breaks') }}
    group by venue

)

select
    venues.venue,
    venues.title,
    venues.kind,
    cast(venues.open_interest_sides as bigint) as open_interest_sides,
    venues.open_interest_sides_basis,
    venues.liquidations_published,
    -- counts of rows: a venue without any has none
    coalesce(instruments.instrument_count, 0) as instrument_count,
    instruments.assets,
    instruments.first_day,
    instruments.last_day,
    coalesce(breaks.break_count, 0) as break_count
from {{ ref('venues') }} as venues
left join instruments
    on venues.venue = instruments.venue
left join breaks
    on venues.venue = breaks.venue
