-- Predicted funding of each asset and hour, weighted as paid funding is, over the venues that predict it.

with

{{ funding_of_assets(ref('int_hourly_predicted_funding__weights'), period='hour_at') }}

select
    asset,
    hour_at,
    funding_8h_bp,
    venues
from by_asset
