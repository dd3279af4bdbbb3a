-- Open interest of each instrument and day from one source, one at the day's end before any other: the venue's
-- own where it has one, else an aggregator's, never both. What the source leaves out (USD of coins, coins of USD)
-- is valued at a price of the same venue.
{{ config(materialized='table') }}

with

ranked as (

    select
        asset,
        venue,
        instrument,
        day,
        margin_type,
        feed,
        observed_at,
        is_at_day_end,
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        published_sides,
        mark_price_usd,
        row_number() over (
            partition by asset, venue, instrument, day
            order by
                case when is_at_day_end then 1 else 2 end,
                case when is_venue_feed then 1 else 2 end,
                feed
        ) as precedence
    from {{ ref('int_open_interest__day_end') }}

),

closes as (

    select
        asset,
        venue,
        instrument,
        day,
        close_usd,
        is_venue_reference
    from {{ ref('int_perpetual_closes') }}

),

valued as (

    select
        ranked.asset,
        ranked.venue,
        ranked.instrument,
        ranked.day,
        ranked.margin_type,
        ranked.feed,
        ranked.observed_at,
        ranked.is_at_day_end,
        ranked.open_interest_contracts,
        ranked.open_interest_coin,
        ranked.open_interest_usd,
        ranked.published_sides,
        -- the contract's own close, else the mark price published with the observation, else the close of the venue's
        -- most traded contract of the asset
        coalesce(own.close_usd, ranked.mark_price_usd, reference.close_usd) as price_usd
    from ranked
    left join closes as own
        on
            ranked.asset = own.asset
            and ranked.venue = own.venue
            and ranked.instrument = own.instrument
            and ranked.day = own.day
    left join closes as reference
        on
            ranked.asset = reference.asset
            and ranked.venue = reference.venue
            and ranked.day = reference.day
            and reference.is_venue_reference
    where ranked.precedence = 1

)

select
    asset,
    venue,
    instrument,
    day,
    margin_type,
    feed,
    observed_at,
    is_at_day_end,
    open_interest_contracts,
    {{ coins_at_price('open_interest_coin', 'open_interest_usd') }} as open_interest_coin,
    {{ usd_at_price('open_interest_coin', 'open_interest_usd') }} as open_interest_usd,
    published_sides
from valued
