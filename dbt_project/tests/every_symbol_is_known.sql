-- Fails on symbols that were fetched but stand for nothing: the join onto the catalogue drops their rows.
-- A warning, because a symbol that was taken out of the catalogue keeps its rows in raw, rightly.
{{ config(severity='warn') }}

{%- set feeds = {
    'binance_spot_klines': ref('stg_binance__spot_klines'),
    'binance_um_klines': ref('stg_binance__um_klines'),
    'binance_um_funding': ref('stg_binance__um_funding'),
    'binance_um_open_interest': ref('stg_binance__um_open_interest'),
    'binance_cm_klines': ref('stg_binance__cm_klines'),
    'binance_cm_funding': ref('stg_binance__cm_funding'),
    'binance_cm_open_interest': ref('stg_binance__cm_open_interest'),
    'binance_cm_liquidations': ref('stg_binance__cm_liquidations'),
    'blockchain_com_addresses': ref('stg_blockchain_com__addresses'),
    'coinalyze_open_interest': ref('stg_coinalyze__open_interest'),
    'coinalyze_liquidations': ref('stg_coinalyze__liquidations'),
    'coinalyze_klines': ref('stg_coinalyze__klines'),
    'coinalyze_funding': ref('stg_coinalyze__funding'),
} %}

with

fetched as (

    {% for feed, model in feeds.items() %}
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

)

select
    fetched.feed,
    fetched.symbol
from fetched
left join {{ ref('stg_ops__instruments') }} as instruments
    on
        fetched.feed = instruments.feed
        and fetched.symbol = instruments.symbol
where instruments.feed is null
