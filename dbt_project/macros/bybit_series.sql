{# Bybit's bars, which two models stage: all of them, and the newest hours. #}
{% macro staged_bybit_klines(key_where=none, since=none) -%}
    {{ staged(
        'bybit', 'bybit_klines',
        shape='bars', ties=['volume_usd desc', 'volume_coin desc', 'close'],
        columns={
            'bar_interval': quoted('interval'),
            'volume_usd': 'volume_usd',
        },
        key_where=key_where,
        since=since
    ) }}
{%- endmacro %}
