-- What the venues' lists said of each contract of the catalogue, and from when to when.
{%- set terms = [
    'listing_status', 'contract_size', 'coin_multiple', 'tick_size', 'funding_interval_hours', 'listed_on',
    'delisted_on'
] %}

with

lists as (

    select
        feed,
        cast(snapshot_at as date) as day,
        lead(cast(snapshot_at as date)) over (partition by feed order by snapshot_at) as next_list_day
    from (
        select distinct
            feed,
            snapshot_at
        from {{ ref('int_contract_lists__all_venues') }}
    ) as fetched

),

listed as (

    select
        contracts.asset,
        contracts.venue,
        contracts.instrument,
        contracts.market,
        contracts.feed,
        cast(contracts.snapshot_at as date) as day,
        contracts.listing_status,
        contracts.base_per_contract * instruments.coin_multiple as contract_size,
        cast(instruments.coin_multiple as bigint) as coin_multiple,
        contracts.tick_size,
        contracts.funding_interval_hours,
        contracts.listed_day as listed_on,
        contracts.delivery_day,
        row_number() over (
            partition by contracts.feed, contracts.symbol, cast(contracts.snapshot_at as date)
            order by contracts.snapshot_at desc
        ) as recency,
        lead(contracts.snapshot_at) over (
            partition by contracts.feed, contracts.symbol order by contracts.snapshot_at
        ) is null as is_last_seen
    from {{ ref('int_contract_lists__all_venues') }} as contracts
    inner join {{ ref('stg_ops__instruments') }} as instruments
        on
            contracts.feed = instruments.feed
            and contracts.symbol = instruments.symbol

),

known as (

    select
        listed.asset,
        listed.venue,
        listed.instrument,
        listed.market,
        listed.day,
        listed.listing_status,
        listed.contract_size,
        listed.coin_multiple,
        listed.tick_size,
        listed.funding_interval_hours,
        listed.listed_on,
        -- a list that comes later than the announced day is not when the contract ended
        least(case when listed.is_last_seen then lists.next_list_day end, listed.delivery_day) as delisted_on
    from listed
    left join lists
        on
            listed.feed = lists.feed
            and listed.day = lists.day
            and listed.is_last_seen
    where listed.recency = 1

),

compared as (

    select
        {%- for term in terms %}
        lag({{ term }}) over (partition by asset, venue, instrument, market order by day) as {{ term }}_before,
        {%- endfor %}
        *
    from known

),

numbered as (

    select
        *,
        sum(
            case
                when
                    {%- for term in terms %}
                    {{ term }} is not distinct from {{ term }}_before
                    {{- ' and' if not loop.last }}
                    {%- endfor %}
                    then 0
                else 1
            end
        ) over (partition by asset, venue, instrument, market order by day) as stretch
    from compared

)

select
    asset,
    venue,
    instrument,
    market,
    min(day) as first_day,
    max(day) as last_day,
    {%- for term in terms %}
    {{ term }},
    {%- endfor %}
    count(*) as day_count,
    stretch = max(stretch) over (partition by asset, venue, instrument, market) as is_current
from numbered
group by
    asset, venue, instrument, market, stretch,
    {{ terms | join(', ') }}
