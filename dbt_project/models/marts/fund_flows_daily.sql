-- Net flow of spot funds by asset and day, from the reporter that reaches back furthest: later days then change nothing
-- about the choice, as they would if the one with the most days were taken.
with

reporters as (

    select
        asset,
        source,
        row_number() over (partition by asset order by min(day) asc, source asc) as precedence
    from {{ ref('stg_inbox__fund_flows') }}
    group by asset, source

),

flows as (

    select
        reported.asset,
        reported.day,
        reported.netflow_usd,
        reported.source
    from {{ ref('stg_inbox__fund_flows') }} as reported
    inner join reporters
        on
            reported.asset = reporters.asset
            and reported.source = reporters.source
            and reporters.precedence = 1

)

select
    calendar.asset,
    calendar.day,
    flows.netflow_usd,
    flows.source
from {{ ref('int_calendar') }} as calendar
left join flows
    on
        calendar.asset = flows.asset
        and calendar.day = flows.day
where calendar.is_in_window
