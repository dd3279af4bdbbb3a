{# The series of Binance that some models read in part. `key_where` as in newest_per_key. #}

{% macro staged_binance_um_open_interest(key_where=none, since=none) -%}
    {{ staged_binance_open_interest(
        'binance_um_open_interest', 'open_interest_coin', 'open_interest_usd', key_where, since
    ) }}
{%- endmacro %}

{% macro staged_binance_cm_open_interest(key_where=none, since=none) -%}
    {{ staged_binance_open_interest(
        'binance_cm_open_interest', 'open_interest_contracts', 'open_interest_coin', key_where, since
    ) }}
{%- endmacro %}

{# `published` and `valued` are the two columns in which the archives give open interest. #}
{% macro staged_binance_open_interest(feed, published, valued, key_where, since) -%}
    {{ staged(
        'binance', feed,
        shape='open_interest', ties=['labelled_at', 'channel', published, valued],
        columns={
            'day': day_closed_by('snapshot_at'),
            published: published,
            valued: valued,
            'is_both_sides': 'false',
            'top_trader_account_ratio': 'top_trader_account_ratio',
            'top_trader_position_ratio': 'top_trader_position_ratio',
            'account_ratio': 'account_ratio',
            'taker_volume_ratio': 'taker_volume_ratio',
            'channel': 'channel',
            'labelled_at': 'labelled_at',
        },
        key_where=key_where,
        since=since
    ) }}
{%- endmacro %}

{# Those observations alone that an hour or a day ends with: on the hour, and in the ten minutes up to 24:00. #}
{% macro ends_an_hour_or_a_day() -%}
    (snapshot_at = {{ start_of_hour('snapshot_at') }} or {{ is_at_day_end('snapshot_at') }})
{%- endmacro %}

{% macro staged_binance_spot_klines(key_where=none, since=none) -%}
    {{ staged_binance_klines('binance_spot_klines', key_where, since) }}
{%- endmacro %}

{% macro staged_binance_um_klines(key_where=none, since=none) -%}
    {{ staged_binance_klines('binance_um_klines', key_where, since) }}
{%- endmacro %}

{% macro staged_binance_klines(feed, key_where, since) -%}
    {{ staged(
        'binance', feed,
        shape='bars', ties=['channel', 'trade_count desc', 'volume desc', 'close'],
        columns={
            'bar_interval': quoted('interval'),
            'volume_coin': 'volume',
            'volume_usd': 'quote_volume',
            'trade_count': 'trade_count',
            'taker_buy_volume_coin': 'taker_buy_volume',
            'taker_buy_volume_usd': 'taker_buy_quote_volume',
            'channel': 'channel',
        },
        key_where=key_where,
        since=since
    ) }}
{%- endmacro %}
