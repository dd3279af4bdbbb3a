-- Open interest of each instrument and day of the window, from one source each.
select
    changes.asset,
    changes.venue,
    changes.instrument,
    changes.day,
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
from {{ ref('int_open_interest__changes') }} as changes
inner join {{ ref('int_calendar') }} as calendar
    on
        changes.asset = calendar.asset
        and changes.day = calendar.day
        and calendar.is_in_window
