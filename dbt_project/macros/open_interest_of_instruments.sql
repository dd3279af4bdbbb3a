{# Open interest at the end of each `period`, one row per source, out of the CTE `observations`: the last one of those
   that are at its end, in contract units and one-sided. `is_at_end` is the column that says whether an observation is.
   Feeds without history have no observation there, so their last one of the period counts. An outage is published as
   zero, as by Binance on 2022-03-07 and 2022-03-08. #}
{% macro open_interest_by_source(period, is_at_end) -%}
one_sided as (

    select
        asset,
        venue,
        instrument,
        {{ period }},
        margin_type,
        feed,
        is_venue_feed,
        snapshot_at,
        {{ is_at_end }},
        {{ one_side(published_coins('open_interest_contracts', 'open_interest_coin')) }} as open_interest_coin,
        {{ one_side(published_usd('open_interest_contracts', 'open_interest_usd')) }} as open_interest_usd,
        cast(case is_both_sides when true then 2 when false then 1 end as bigint) as published_sides,
        mark_price_usd
    from observations
    where {{ is_at_end }} or feed in {{ feeds_without_history() }}

),

ranked as (

    select
        *,
        {{ contract_units('open_interest_coin', 'open_interest_usd') }} as open_interest_contracts,
        row_number() over (partition by asset, venue, instrument, feed, {{ period }} order by snapshot_at desc) as recency
    from one_sided
    where {{ contract_units('open_interest_coin', 'open_interest_usd') }} > 0

)

select
    asset,
    venue,
    instrument,
    {{ period }},
    margin_type,
    feed,
    is_venue_feed,
    snapshot_at as observed_at,
    {{ is_at_end }},
    open_interest_contracts,
    open_interest_coin,
    open_interest_usd,
    published_sides,
    mark_price_usd
from ranked
where recency = 1
{%- endmacro %}

{# The feeds of venues that publish only the present. #}
{% macro feeds_without_history() -%} ('deribit_open_interest', 'hyperliquid_open_interest') {%- endmacro %}

{# Open interest of each instrument and `period` from one source out of the relation `by_source`: one at the end of the
   period before any other, the venue's own before an aggregator's, never both. What the source leaves out (USD of
   coins, coins of USD) is valued at a price of the same venue out of the relation `closes`: the contract's own close,
   else the mark price published with the observation, else the close of the venue's most traded contract of the
   asset. #}
{% macro open_interest_from_one_source(by_source, closes, period, is_at_end) -%}
precedences as (

    select
        *,
        row_number() over (
            partition by asset, venue, instrument, {{ period }}
            order by
                case when {{ is_at_end }} then 1 else 2 end,
                case when is_venue_feed then 1 else 2 end,
                feed
        ) as precedence
    from {{ by_source }}

),

valued as (

    select
        precedences.*,
        coalesce(own.close_usd, precedences.mark_price_usd, reference.close_usd) as price_usd
    from precedences
    left join {{ closes }} as own
        on
            precedences.asset = own.asset
            and precedences.venue = own.venue
            and precedences.instrument = own.instrument
            and precedences.{{ period }} = own.{{ period }}
    left join {{ closes }} as reference
        on
            precedences.asset = reference.asset
            and precedences.venue = reference.venue
            and precedences.{{ period }} = reference.{{ period }}
            and reference.is_venue_reference
    where precedences.precedence = 1

)

select
    asset,
    venue,
    instrument,
    {{ period }},
    margin_type,
    feed,
    observed_at,
    {{ is_at_end }},
    open_interest_contracts,
    {{ coins_at_price('open_interest_coin', 'open_interest_usd') }} as open_interest_coin,
    {{ usd_at_price('open_interest_coin', 'open_interest_usd') }} as open_interest_usd,
    published_sides
from valued
{%- endmacro %}
