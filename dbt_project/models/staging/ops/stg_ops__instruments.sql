-- What each feed's symbol stands for: asset, venue, canonical contract. One row per (feed, symbol).
with

source as (

    select * from {{ source('ops', 'instruments') }}

),

renamed as (

    select

        ---------- ids
        feed,
        symbol,
        asset,
        venue,
        instrument,

        ---------- text
        market,
        margin_type,

        ---------- numbers

        ---------- flags
        -- a venue's own feed is named after it (binance_um_funding); an aggregator's is not
        -- (coinalyze_funding)
        coalesce(substring(feed, 1, length(venue) + 1) = venue || '_', false) as is_venue_feed

    from source

)

select * from renamed
