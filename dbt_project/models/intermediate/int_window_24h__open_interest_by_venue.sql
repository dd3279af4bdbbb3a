-- open_interest_by_venue_daily at the end of each hour instead of a calendar day.
{{ config(tags=['window']) }}

select
    changes.asset,
    changes.venue,
    changes.instrument,
    changes.window_ended_at,
    changes.margin_type,
    changes.feed,
    changes.observed_at,
    changes.open_interest_contracts,
    changes.open_interest_coin,
    changes.open_interest_usd,
    changes.open_interest_change_1d_pct,
    changes.open_interest_change_3d_pct,
    changes.open_interest_change_7d_pct,
    changes.open_interest_share_of_7d_max,
    changes.published_sides
from {{ ref('int_window_24h__open_interest_changes') }} as changes
inner join {{ ref('int_windows_24h') }} as windows
    on
        changes.asset = windows.asset
        and changes.window_ended_at = windows.window_ended_at
