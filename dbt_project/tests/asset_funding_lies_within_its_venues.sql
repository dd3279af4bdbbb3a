-- Fails when an asset's funding rate is outside of the range of its instruments' complete days, or rests on
-- none of them.
{{ config(meta={'dagster': {'ref': {'name': 'funding_daily'}}}) }}

with

by_asset as (

    select
        asset,
        day,
        min(funding_8h_bp) as lowest_bp,
        max(funding_8h_bp) as highest_bp
    from {{ ref('funding_by_venue_daily') }}
    where is_complete
    group by asset, day

)

select
    funding.asset,
    funding.day,
    funding.funding_8h_bp,
    by_asset.lowest_bp,
    by_asset.highest_bp
from {{ ref('funding_daily') }} as funding
left join by_asset
    on
        funding.asset = by_asset.asset
        and funding.day = by_asset.day
where
    (funding.funding_8h_bp is null) <> (by_asset.lowest_bp is null)
    or funding.funding_8h_bp < by_asset.lowest_bp - 1e-9
    or funding.funding_8h_bp > by_asset.highest_bp + 1e-9
