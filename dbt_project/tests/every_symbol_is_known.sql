-- Fails on symbols that were fetched but stand for nothing: their rows reach no model that asks for a market.
-- A warning, because a symbol that was taken out of the catalogue keeps its rows in raw, rightly.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_klines__all_venues'}}}) }}

{%- set unions = [
    ref('int_klines__all_venues'),
    ref('int_funding__all_venues'),
    ref('int_open_interest__all_venues'),
    ref('int_liquidations__all_venues'),
    ref('int_liquidation_events__all_venues'),
] %}
{%- set others = {
    'coinalyze_funding': ref('stg_coinalyze__funding'),
    'blockchain_com_addresses': ref('stg_blockchain_com__addresses'),
} %}

with

unknown as (

    {% for union in unions %}
    select distinct
        feed,
        symbol
    from {{ union }}
    where asset is null
    union all
    {% endfor %}
    select
        fetched.feed,
        fetched.symbol
    from (
        {% for feed, model in others.items() %}
        select distinct
            '{{ feed }}' as feed,
            symbol
        from {{ model }}
        union all
        {% endfor %}
        select distinct
            'coinmetrics_network' as feed,
            asset_code as symbol
        from {{ ref('stg_coinmetrics__network') }}
        union all
        select distinct
            'inbox_fund_flows' as feed,
            asset as symbol
        from {{ ref('stg_inbox__fund_flows') }}
    ) as fetched
    left join {{ ref('stg_ops__instruments') }} as instruments
        on
            fetched.feed = instruments.feed
            and fetched.symbol = instruments.symbol
    where instruments.feed is null

)

select
    feed,
    symbol
from unknown
