-- One spot bar per venue and day, that of its most traded pair, and whether it counts. Beyond 2 % from the
-- median close a venue's bar is taken for an error: on the wildest days liquid venues were closer than that at
-- 24:00. Where that leaves none, the venues disagree and the most traded one stands. An asset without a spot pair in
-- the catalogue is priced by its perpetual contracts.
{%- set tolerance = 0.02 %}

with

assets_with_spot as (

    select distinct asset
    from {{ ref('stg_ops__instruments') }}
    where market = 'spot'

),

pairs as (

    select
        prices.asset,
        prices.venue,
        prices.instrument,
        prices.market,
        prices.day,
        prices.open_usd,
        prices.high_usd,
        prices.low_usd,
        prices.close_usd,
        prices.volume_coin,
        prices.volume_usd,
        prices.previous_close_usd,
        row_number() over (
            partition by prices.asset, prices.venue, prices.day
            order by prices.volume_usd desc nulls last, prices.instrument asc
        ) as pair_rank,
        count(prices.previous_close_usd) over (partition by prices.asset, prices.day) as with_previous_count
    from {{ ref('int_prices__by_instrument') }} as prices
    left join assets_with_spot
        on prices.asset = assets_with_spot.asset
    where
        prices.market = 'spot'
        or (prices.market = 'perpetual' and assets_with_spot.asset is null)

),

-- A venue counts from its second day on, so that both ends of a return rest on the same venues; those without
-- the day before count only where no venue has it.
comparable as (

    select
        asset,
        venue,
        instrument,
        market,
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
        comparable.market,
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
    market,
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
