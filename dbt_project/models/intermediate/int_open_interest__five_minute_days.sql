-- How many five-minute observations of open interest each day has, and how many of them break an expectation.
{{ config(materialized='by_day') }}

with

observations as (

    {%- set series = {
        'binance_um_open_interest': staged_binance_um_open_interest(key_where=in_days_to_build('snapshot_at')),
        'binance_cm_open_interest': staged_binance_cm_open_interest(key_where=in_days_to_build('snapshot_at')),
    } %}
    {%- for feed, staged_rows in series.items() %}
    select
        '{{ feed }}' as feed,
        symbol,
        day,
        open_interest_contracts,
        open_interest_coin,
        open_interest_usd,
        mark_price_usd
    from ({{ staged_rows }})
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

judged as (

    select
        feed,
        symbol,
        day,
        {{ first_broken(expectations('open_interest')) }} as finding,
        {{ value_of_first_broken(expectations('open_interest')) }} as implausible_value
    from observations

)

select
    feed,
    symbol,
    day,
    finding,
    max(implausible_value) as implausible_value,
    count(*) as snapshot_count
from judged
group by feed, symbol, day, finding
