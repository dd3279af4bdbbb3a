-- Funding of a day read out of Coinalyze's daily bars, for contracts that settle every eight hours. The bar
-- of day D opens with the settlement at 00:00 (which pays for D-1), spans the one at 08:00 and closes with
-- the one at 16:00. So D pays: the middle one (the extreme that neither open nor close explains, else the
-- mean of both), the close, the next bar's open.
with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument
    from {{ ref('stg_ops__instruments') }}
    where market = 'perpetual'

),

bars as (

    select
        'coinalyze_funding' as feed,
        symbol,
        day,
        open_pct,
        high_pct,
        low_pct,
        close_pct
    from {{ ref('stg_coinalyze__funding') }}
    where {{ is_plausible('funding_bars') }}

),

paid as (

    select
        bars.feed,
        bars.symbol,
        bars.day,
        case
            when bars.high_pct > greatest(bars.open_pct, bars.close_pct) then bars.high_pct
            when bars.low_pct < least(bars.open_pct, bars.close_pct) then bars.low_pct
            else (bars.open_pct + bars.close_pct) / 2
        end as middle_pct,
        bars.close_pct,
        next_bar.open_pct as midnight_pct
    from bars
    left join bars as next_bar
        on
            bars.symbol = next_bar.symbol
            and next_bar.day = cast(bars.day + interval '1' day as date)

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    paid.day,
    paid.feed,
    case when paid.midnight_pct is not null then 3 else 2 end as settlement_count,
    case when paid.midnight_pct is not null then 24e0 else 16e0 end as hours_covered,
    8e0 as interval_hours,
    -- the sum over hours_covered: of 24 hours, or of the 16 that are known
    case
        when paid.midnight_pct is not null then paid.middle_pct + paid.close_pct + paid.midnight_pct
        else paid.middle_pct + paid.close_pct
    end / 100 as funding_rate_sum
from paid
inner join instruments
    on
        paid.feed = instruments.feed
        and paid.symbol = instruments.symbol
where paid.middle_pct + paid.close_pct is not null
