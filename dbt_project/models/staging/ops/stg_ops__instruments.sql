-- What each feed's symbol stands for: asset, venue, canonical contract. One row per (feed, symbol).
with

instruments as (

    select * from {{ source('ops', 'instruments') }}

),

terms as (

    select * from {{ source('ops', 'contract_terms') }}

),

renamed as (

    select

        ---------- ids
        instruments.feed,
        instruments.symbol,
        instruments.asset,
        instruments.venue,
        instruments.instrument,

        ---------- text
        instruments.market,
        instruments.margin_type,

        ---------- numbers
        -- coins of linear and USD of inverse contracts; the venue's own size counts its base, which may be 1000 coins
        instruments.contract_size * coalesce(terms.coin_multiple, 1) as contract_size,
        -- an aggregator counts in the unit itself: the base of linear and USD of inverse contracts
        coalesce(terms.coin_multiple, 1) * case
            when substring(instruments.feed, 1, length(instruments.venue) + 1) = instruments.venue || '_'
                then instruments.contract_size
            else 1e0
        end as unit_size,
        coalesce(terms.coin_multiple, 1) as coin_multiple,

        ---------- days
        terms.last_day,

        ---------- flags
        -- a venue's own feed is named after it (binance_um_funding); an aggregator's is not
        -- (coinalyze_funding)
        coalesce(
            substring(instruments.feed, 1, length(instruments.venue) + 1) = instruments.venue || '_', false
        ) as is_venue_feed

    from instruments
    left join terms
        on
            instruments.feed = terms.feed
            and instruments.symbol = terms.symbol

)

select * from renamed
