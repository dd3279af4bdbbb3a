-- Open interest of each instrument and hour from one source, by the rule of the days: one at the hour's end before any
-- other, the venue's own before an aggregator's. What the source leaves out (USD of coins, coins of USD) is valued at
-- the close of the hour.
{{ config(materialized='table') }}

with

ranked as (

    select
        *,
        row_number() over (
            partition by asset, venue, instrument, hour_at
            order by
                case when is_at_hour_end then 1 else 2 end,
                case when is_venue_feed then 1 else 2 end,
                feed
        ) as precedence
    from {{ ref('int_hourly_open_interest__hour_end') }}

),

closes as (

    select
        asset,
        venue,
        instrument,
        hour_at,
        close_usd,
        row_number() over (
            partition by asset, venue, hour_at
            order by volume_usd desc nulls last, instrument asc
        ) = 1 as is_venue_reference
    from {{ ref('int_hourly_prices__by_instrument') }}
    where market = 'perpetual'

),

valued as (

    select
        ranked.*,
        -- the contract's own close, else the mark price published with the observation, else the close of the venue's
        -- most traded contract of the asset
        coalesce(own.close_usd, ranked.mark_price_usd, reference.close_usd) as price_usd
    from ranked
    left join closes as own
        on
            ranked.asset = own.asset
            and ranked.venue = own.venue
            and ranked.instrument = own.instrument
            and ranked.hour_at = own.hour_at
    left join closes as reference
        on
            ranked.asset = reference.asset
            and ranked.venue = reference.venue
            and ranked.hour_at = reference.hour_at
            and reference.is_venue_reference
    where ranked.precedence = 1

)

select
    asset,
    venue,
    instrument,
    hour_at,
    margin_type,
    feed,
    observed_at,
    is_at_hour_end,
    open_interest_contracts,
    {{ coins_at_price('open_interest_coin', 'open_interest_usd') }} as open_interest_coin,
    {{ usd_at_price('open_interest_coin', 'open_interest_usd') }} as open_interest_usd,
    published_sides
from valued
