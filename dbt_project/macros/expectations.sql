{# What is expected of vendors' data. A row that breaks an expectation is excluded and named, and stops no release. The
   limits also keep sums and ratios of doubles finite. Each expectation says what is wrong with a row that breaks it:
   `holds` is the condition and `value` the number that is shown. A null condition says nothing about a row. #}
{% macro expectations(shape) -%}
    {%- set bar_prices = ['open_usd', 'high_usd', 'low_usd', 'close_usd'] -%}
    {%- set bar = {
        'low is no possible price': {'holds': possible_price('low_usd'), 'value': 'low_usd'},
        'high is no possible price': {'holds': possible_price('high_usd'), 'value': 'high_usd'},
        'open is outside of low and high': {'holds': 'open_usd between low_usd and high_usd', 'value': 'open_usd'},
        'close is outside of low and high': {'holds': 'close_usd between low_usd and high_usd', 'value': 'close_usd'},
        'volume is no possible amount': {
            'holds': possible_amounts(['volume_coin', 'volume_usd']),
            'value': 'coalesce(volume_coin, volume_usd)',
        },
    } -%}
    {%- set shapes = {
        'bars': dict(bar, **{
            'has no price': {'holds': bar_prices | join(' is not null and ') ~ ' is not null', 'value': none},
            'does not open at midnight': {
                'holds': 'open_at = cast(day as timestamp)', 'value': hours_between('cast(day as timestamp)', 'open_at'),
            },
        }),
        'hourly_bars': dict(bar, **{
            'does not open on the hour': {
                'holds': 'open_at = ' ~ start_of_hour('open_at'),
                'value': hours_between('cast(day as timestamp)', 'open_at'),
            },
        }),
        'funding': {
            'has no funding rate': {'holds': 'funding_rate is not null', 'value': none},
            'funding rate is beyond 4 percent': {
                'holds': 'funding_rate between -4e-2 and 4e-2', 'value': 'funding_rate',
            },
            'does not settle on the hour': {
                'holds': 'settled_at = ' ~ start_of_hour('settled_at'),
                'value': hours_between(start_of_day('settled_at'), 'settled_at'),
            },
            'interval is not between an hour and a day': {
                'holds': 'interval_hours between 1 and 24', 'value': 'interval_hours',
            },
        },
        'funding_bars': {
            'funding rate is no possible rate': {
                'holds': 'low_pct between -1e6 and 1e6 and high_pct between -1e6 and 1e6',
                'value': 'case when low_pct between -1e6 and 1e6 then high_pct else low_pct end',
            },
            'open is outside of low and high': {'holds': 'open_pct between low_pct and high_pct', 'value': 'open_pct'},
            'close is outside of low and high': {
                'holds': 'close_pct between low_pct and high_pct', 'value': 'close_pct',
            },
        },
        'funding_days': {
            'funding of 8 hours is beyond 4 percent': {
                'holds': 'funding_8h_bp between -400 and 400', 'value': 'funding_8h_bp',
            },
        },
        'open_interest': {
            'open interest is no possible amount': {
                'holds': possible_amounts(['open_interest_contracts', 'open_interest_coin', 'open_interest_usd']),
                'value': 'coalesce(open_interest_contracts, open_interest_coin, open_interest_usd)',
            },
            'open interest is zero in one unit alone': {
                'holds': '(least(open_interest_contracts, open_interest_coin, open_interest_usd) = 0)'
                    ~ ' = (greatest(open_interest_contracts, open_interest_coin, open_interest_usd) = 0)',
                'value': 'greatest(open_interest_contracts, open_interest_coin, open_interest_usd)',
            },
            'mark price is no possible price': {
                'holds': possible_price('mark_price_usd'), 'value': 'mark_price_usd',
            },
        },
        'open_interest_bars': {
            'close is outside of low and high': {
                'holds': 'close_contracts between low_contracts and high_contracts', 'value': 'close_contracts',
            },
        },
        'liquidation_sums': {
            'liquidations are no possible amount': {
                'holds': possible_amounts([
                    'long_contracts', 'short_contracts', 'total_contracts', 'long_liquidations_coin',
                    'short_liquidations_coin', 'liquidations_coin', 'long_liquidations_usd', 'short_liquidations_usd',
                    'liquidations_usd', 'liquidation_count',
                ]),
                'value': 'coalesce(long_contracts, total_contracts, long_liquidations_coin, liquidations_coin,'
                    ~ ' long_liquidations_usd, liquidations_usd)',
            },
            'period reaches beyond its day': {
                'holds': hours_between(start_of_day('period_start_at'), 'period_start_at')
                    ~ ' + period_hours between 0 and 24',
                'value': 'period_hours',
            },
        },
        'liquidation_events': {
            'side of the position is unknown': {
                'holds': "coalesce(position_side in ('long', 'short'), false)", 'value': none,
            },
            'size is no possible amount': {
                'holds': possible_amounts(['contracts', 'coin', 'usd'])
                    ~ ' and coalesce(contracts, coin, usd, 1) > 0',
                'value': 'coalesce(contracts, coin, usd)',
            },
            'price is no possible price': {'holds': possible_price('price_usd'), 'value': 'price_usd'},
        },
        'liquidation_tape': {
            'side of the position is unknown': {
                'holds': "coalesce(position_side in ('long', 'short'), false)", 'value': none,
            },
            'size is no possible amount': {
                'holds': possible_amounts(['quantity_coin', 'quantity_usd'])
                    ~ ' and coalesce(quantity_coin, 1) > 0 and coalesce(quantity_usd, 1) > 0',
                'value': 'coalesce(quantity_coin, quantity_usd)',
            },
        },
        'liquidation_days': {
            'liquidations exceed open interest': {
                'holds': 'previous_open_interest_share <= 1', 'value': 'previous_open_interest_share',
            },
        },
        'long_short_ratios': {
            'long/short ratio is no possible ratio': {
                'holds': possible_ratios(['account_ratio', 'top_trader_account_ratio', 'top_trader_position_ratio']),
                'value': 'greatest(account_ratio, top_trader_account_ratio, top_trader_position_ratio)',
            },
        },
        'taker_volume': {
            'volume is no possible amount': {'holds': possible_amounts(['volume']), 'value': 'volume'},
            'takers bought more than was traded': {
                'holds': 'taker_buy_volume between 0 and volume', 'value': 'taker_buy_volume',
            },
        },
        'exchange_flows': {
            'flows are no possible amount': {
                'holds': possible_amounts(['inflow_coin', 'outflow_coin', 'inflow_usd', 'outflow_usd']),
                'value': 'case when ' ~ possible_amounts(['inflow_coin']) ~ ' then outflow_coin else inflow_coin end',
            },
        },
        'exchange_reserve': {
            'reserve is no possible amount': {
                'holds': possible_amounts(['reserve_coin', 'reserve_usd'])
                    ~ ' and coalesce(reserve_coin, 1) > 0 and coalesce(reserve_usd, 1) > 0',
                'value': 'reserve_coin',
            },
        },
        'active_addresses': {
            'addresses are no positive whole number': {
                'holds': 'active_addresses_count between 1 and 1e15'
                    ~ ' and active_addresses_count = floor(active_addresses_count)',
                'value': 'active_addresses_count',
            },
        },
        'unique_addresses': {
            'addresses are no positive whole number': {
                'holds': 'unique_addresses_count between 1 and 1e15'
                    ~ ' and unique_addresses_count = floor(unique_addresses_count)',
                'value': 'unique_addresses_count',
            },
        },
        'fund_flows': {
            'has no netflow': {'holds': 'fund_netflow_usd is not null', 'value': none},
            'netflow is no possible amount': {
                'holds': 'fund_netflow_usd between -1e15 and 1e15', 'value': 'fund_netflow_usd',
            },
        },
    } -%}
    {{ return(shapes[shape]) }}
{%- endmacro %}

{# A price in USD that some asset may have; NaN and infinity are beyond the upper limit. #}
{% macro possible_price(column) -%}
    {{ column }} between 1e-12 and 1e12
{%- endmacro %}

{# Amounts of coins, contracts or USD: zero, or so large that no product or ratio of two leaves the range of doubles. #}
{% macro possible_amounts(columns) -%}
    {%- for column in columns -%}
        coalesce({{ column }} = 0 or {{ column }} between 1e-12 and 1e21, true){{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Longs per short, as far as such a ratio says anything. A zero is an outage and no ratio. #}
{% macro possible_ratios(columns) -%}
    {%- for column in columns -%}
        coalesce({{ column }} between 1e-4 and 1e4, true){{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# True for rows that break no expectation of the shape. #}
{% macro is_plausible(shape) -%}
    {%- for expectation in expectations(shape).values() -%}
        coalesce({{ expectation['holds'] }}, true){{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The first of these expectations that a row breaks, null for a row that breaks none. #}
{% macro first_broken(expected) -%}
    case
        {%- for name, expectation in expected.items() %}
        when not ({{ expectation['holds'] }}) then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}

{# The number that belongs to the first broken expectation. #}
{% macro value_of_first_broken(expected) -%}
    case
        {%- for expectation in expected.values() %}
        when not ({{ expectation['holds'] }}) then cast({{ expectation['value'] or 'null' }} as double)
        {%- endfor %}
    end
{%- endmacro %}

{# A bar in which nobody traded repeats the last price, so it is no price. A count of trades says so only where no
   volume is known: some sources give zero for a count that they do not have. #}
{% macro was_traded() -%}
    coalesce(volume_coin > 0, volume_usd > 0, trade_count > 0, true)
{%- endmacro %}

{# Rows of `model` that break one of `expected`, one result per key and expectation. `key` may hold expressions with a
   name, and `table_name` is the published table that the rows belong to. #}
{% macro broken_expectations(model, expected, key, table_name, is_excluded, where='true') -%}
with

judged as (

    select
        {%- for column in key %}
        {{ column }},
        {%- endfor %}
        {{ first_broken(expected) }} as broken,
        {{ value_of_first_broken(expected) }} as broken_value
    from {{ model }}
    where {{ where }}

)

select
    '{{ table_name }}' as table_name,
    {%- for column in key %}
    {{ (column.split(' as ') | last) }},
    {%- endfor %}
    broken as finding,
    max(broken_value) as implausible_value,
    count(*) as implausible_count,
    {{ 'true' if is_excluded else 'false' }} as is_excluded
from judged
where broken is not null
group by
    {%- for column in key %}
    {{ (column.split(' as ') | last) }},
    {%- endfor %}
    broken
{%- endmacro %}
