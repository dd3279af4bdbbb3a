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
        contract_size,
        -- an aggregator counts in the unit itself, coins of linear and USD of inverse contracts
        case
            when substring(feed, 1, length(venue) + 1) = venue || '_' then contract_size
            else 1.0
        end as unit_size,

        ---------- flags
        -- a venue's own feed is named after it (binance_um_funding); an aggregator's is not
        -- (coinalyze_funding)
        coalesce(substring(feed, 1, length(venue) + 1) = venue || '_', false) as is_venue_feed

    from source

)

select * from renamed
