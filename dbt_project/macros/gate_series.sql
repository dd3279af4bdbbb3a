{# Gate's liquidations by the side of the position that was closed, out of the statistics of a day or of an hour. USD at
   the mark price where the venue gives it, else as it first published them. `period` has what differs. #}
{% macro staged_gate_liquidations(feed, period, since=none) -%}
    {{ staged(
        'gate', feed,
        shape='liquidation_sums', ties=['open_interest_contracts', 'open_interest_usd'], since=since,
        columns=dict(
            period,
            long_contracts='long_contracts',
            short_contracts='short_contracts',
            long_liquidations_coin='long_coin',
            short_liquidations_coin='short_coin',
            long_liquidations_usd='coalesce(long_at_mark_usd, long_usd)',
            short_liquidations_usd='coalesce(short_at_mark_usd, short_usd)'
        )
    ) }}
{%- endmacro %}
