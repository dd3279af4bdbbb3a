-- Forced orders of each instrument in each hour of the window that was recorded at least in part, zeros included:
-- in an hour that was heard, no order is an observation, of the contracts that were kept at the time. How much of it
-- was heard stands beside it.
{%- set tapes = {
    'binance_liquidation_tape': ref('stg_binance__liquidation_tape'),
    'bybit_liquidation_tape': ref('stg_bybit__liquidation_tape'),
    'okx_liquidation_tape': ref('stg_okx__liquidation_tape'),
} %}

with

instruments as (

    select
        feed,
        symbol,
        asset,
        venue,
        instrument,
        margin_type
    from {{ ref('stg_ops__instruments') }}
    where feed in ('{{ tapes | join("', '") }}')

),

orders as (
    {{ all_venues(
        feeds=tapes,
        columns=['position_side', 'quantity_coin', 'quantity_usd', 'venue_at'],
        where=is_plausible('liquidation_tape')
    ) }}
),

-- The recorder says what it keeps of a stream since it is asked for more than one asset; before that, an order shows.
seen as (

    select
        feed,
        symbol,
        venue_at as seen_at
    from orders

    union all

    select
        instruments.feed,
        instruments.symbol,
        ledger.start_at as seen_at
    from instruments
    inner join {{ ref('stg_tape__coverage') }} as ledger
        on
            instruments.venue = ledger.venue
            and ledger.kind = 'listed'
            and position(', ' || instruments.symbol || ', ' in ', ' || ledger.detail || ', ') > 0

),

kept as (

    select
        feed,
        symbol,
        min({{ start_of_hour('seen_at') }}) as first_hour_at
    from seen
    group by feed, symbol

),

sums as (

    select
        feed,
        symbol,
        {{ start_of_hour('venue_at') }} as hour_at,
        {%- for unit in ['coin', 'usd'] %}
        {%- for side in ['long', 'short'] %}
        {%- set of_side = "case when position_side = '" ~ side ~ "' then quantity_" ~ unit ~ " else 0e0 end" %}
        {{ sum_if_all_known(of_side) }} as {{ side }}_liquidations_{{ unit }},
        {%- endfor %}
        {%- endfor %}
        sum(case when position_side = 'long' then 1 else 0 end) as long_count,
        sum(case when position_side = 'short' then 1 else 0 end) as short_count,
        max(quantity_usd) as largest_liquidation_usd
    from orders
    group by feed, symbol, {{ start_of_hour('venue_at') }}

)

select
    instruments.asset,
    instruments.venue,
    instruments.instrument,
    instruments.feed,
    hours.day,
    hours.hour_at,
    -- zero of the hours without any order alone: in an hour with orders, an amount that is unknown stays unknown
    {%- for measure in [
        'long_liquidations_coin', 'short_liquidations_coin', 'long_liquidations_usd', 'short_liquidations_usd'
    ] %}
    case when sums.feed is null then 0e0 else sums.{{ measure }} end as {{ measure }},
    {%- endfor %}
    cast(coalesce(sums.long_count, 0) as bigint) as long_count,
    cast(coalesce(sums.short_count, 0) as bigint) as short_count,
    sums.largest_liquidation_usd,
    hours.recorded_share
from instruments
inner join kept
    on
        instruments.feed = kept.feed
        and instruments.symbol = kept.symbol
inner join {{ ref('int_liquidation_tape__recorded_hours') }} as hours
    on
        instruments.venue = hours.venue
        and kept.first_hour_at <= hours.hour_at
        -- what came by another of the venue's streams says nothing of this contract
        and hours.stream in (instruments.venue, instruments.venue || '-' || instruments.margin_type)
left join sums
    on
        instruments.feed = sums.feed
        and instruments.symbol = sums.symbol
        and hours.hour_at = sums.hour_at
where hours.recorded_share > 0 or sums.feed is not null
