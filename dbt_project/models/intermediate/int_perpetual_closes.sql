-- Daily close of every perpetual contract, and which contract's close stands for the asset at its venue: the most
-- traded one. No price of another venue ever values a contract, so that a venue that is gone changes no other.
select
    asset,
    venue,
    instrument,
    day,
    close_usd,
    row_number() over (
        partition by asset, venue, day
        order by volume_usd desc nulls last, instrument asc
    ) = 1 as is_venue_reference
from {{ ref('int_prices__by_instrument') }}
where market = 'perpetual'
