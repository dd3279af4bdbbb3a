-- Every contract and spot pair of the catalogue: what one of it is, how it is counted, and since when.
with

listed as (

    select
        asset,
        venue,
        instrument,
        market,
        margin_type,
        coalesce(max(case when is_venue_feed then contract_size end), max(contract_size)) as contract_size,
        cast(max(coin_multiple) as bigint) as coin_multiple,
        {{ sorted_list('feed') }} as feeds
    from {{ ref('stg_ops__instruments') }}
    where market <> 'network'
    group by asset, venue, instrument, market, margin_type

),

newest_open_interest as (

    select
        asset,
        venue,
        instrument,
        published_sides,
        row_number() over (partition by asset, venue, instrument order by day desc) as recency
    from {{ ref('int_open_interest__by_instrument') }}

)

select
    listed.asset,
    listed.venue,
    listed.instrument,
    listed.market,
    listed.margin_type,
    case when listed.market = 'perpetual' then listed.contract_size end as contract_size,
    case listed.margin_type when 'linear' then 'coin' when 'inverse' then 'usd' end as contract_unit,
    newest_open_interest.published_sides as open_interest_sides,
    intervals.funding_interval_hours,
    intervals.first_day as funding_interval_since,
    reach.first_day,
    reach.last_day,
    reach.day_count,
    listed.feeds,
    listed.coin_multiple,
    terms.tick_size,
    terms.listing_status,
    terms.listed_on,
    terms.delisted_on
from listed
left join {{ ref('dim_instrument_terms') }} as terms
    on
        listed.asset = terms.asset
        and listed.venue = terms.venue
        and listed.instrument = terms.instrument
        and listed.market = terms.market
        and terms.is_current
left join {{ ref('int_instrument_days') }} as reach
    on
        listed.asset = reach.asset
        and listed.venue = reach.venue
        and listed.instrument = reach.instrument
        and listed.market = reach.market
left join newest_open_interest
    on
        listed.asset = newest_open_interest.asset
        and listed.venue = newest_open_interest.venue
        and listed.instrument = newest_open_interest.instrument
        and listed.market = 'perpetual'
        and newest_open_interest.recency = 1
left join {{ ref('dim_funding_intervals') }} as intervals
    on
        listed.asset = intervals.asset
        and listed.venue = intervals.venue
        and listed.instrument = intervals.instrument
        and listed.market = 'perpetual'
        and intervals.is_current
