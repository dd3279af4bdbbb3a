-- Net flow of spot funds by asset and day, from the reporter that reaches back furthest: later days then change nothing
-- about the choice, as they would if the one with the most days were taken.
with

reports as (

    select
        asset,
        day,
        reported_by,
        fund_netflow_usd
    from {{ ref('stg_inbox__fund_flows') }}
    where {{ is_plausible('fund_flows') }}

),

reporters as (

    select
        asset,
        reported_by,
        row_number() over (partition by asset order by min(day) asc, reported_by asc) as precedence
    from reports
    group by asset, reported_by

),

flows as (

    select
        reported.asset,
        reported.day,
        reported.fund_netflow_usd,
        reported.reported_by
    from reports as reported
    inner join reporters
        on
            reported.asset = reporters.asset
            and reported.reported_by = reporters.reported_by
            and reporters.precedence = 1

)

select
    calendar.asset,
    calendar.day,
    flows.fund_netflow_usd,
    flows.reported_by
from {{ ref('int_calendar') }} as calendar
left join flows
    on
        calendar.asset = flows.asset
        and calendar.day = flows.day
where calendar.is_in_window
