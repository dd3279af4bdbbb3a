-- One spot bar per venue and day, that of its most traded pair, and whether it counts. Beyond 2 % from the
-- median close a venue's bar is taken for an error: on the wildest days liquid venues were closer than that at
-- 24:00. Where that leaves none, the venues disagree and the most traded one stands.
{%- set tolerance = 0.02 %}

with

pairs as (

    select
        asset,
        venue,
        instrument,
        day,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd,
        previous_close_usd,
        row_number() over (
            partition by asset, venue, day
            order by volume_usd desc nulls last, instrument asc
        ) as pair_rank,
        count(previous_close_usd) over (partition by asset, day) as with_previous_count
    from {{ ref('int_prices__by_instrument') }}
    where market = 'spot'

),

-- A venue counts from its second day on, so that both ends of a return rest on the same venues; those without
-- the day before count only where no venue has it.
comparable as (

    select
        asset,
        venue,
        instrument,
        day,
        open_usd,
        high_usd,
        low_usd,
        close_usd,
        volume_coin,
        volume_usd,
        previous_close_usd
    from pairs
    where
        pair_rank = 1
        and (previous_close_usd is not null or with_previous_count = 0)

),

middles as (

    select
        asset,
        day,
        {{ median_of('close_usd') }} as middle_usd
    from comparable
    group by asset, day

),

ranked as (

    select
        comparable.asset,
        comparable.venue,
        comparable.instrument,
        comparable.day,
        comparable.open_usd,
        comparable.high_usd,
        comparable.low_usd,
        comparable.close_usd,
        comparable.volume_coin,
        comparable.volume_usd,
        comparable.previous_close_usd,
        abs(comparable.close_usd - middles.middle_usd) <= {{ tolerance }} * middles.middle_usd as is_near,
        row_number() over (
            partition by comparable.asset, comparable.day
            order by
                case
                    when abs(comparable.close_usd - middles.middle_usd) <= {{ tolerance }} * middles.middle_usd then 1
                    else 2
                end,
                comparable.volume_usd desc nulls last,
                comparable.venue asc
        ) as precedence
    from comparable
    inner join middles
        on
            comparable.asset = middles.asset
            and comparable.day = middles.day

)

select
    asset,
    venue,
    instrument,
    day,
    open_usd,
    high_usd,
    low_usd,
    close_usd,
    volume_coin,
    volume_usd,
    previous_close_usd,
    is_near or precedence = 1 as is_accepted
from ranked
