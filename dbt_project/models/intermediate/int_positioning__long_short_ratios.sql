-- Long/short ratios of each perpetual contract and source at the end of a day: the last observation in the ten minutes
-- up to 24:00.
with

observations as (

    {%- set feeds = {
        'binance_um_open_interest': ref('stg_binance__um_open_interest__hour_ends'),
        'binance_cm_open_interest': ref('stg_binance__cm_open_interest__hour_ends'),
    } %}
    {%- for feed, model in feeds.items() %}
    select
        '{{ feed }}' as feed,
        symbol,
        day,
        snapshot_at,
        -- a zero is an outage
        nullif(account_ratio, 0) as account_ratio,
        nullif(top_trader_account_ratio, 0) as top_trader_account_ratio,
        nullif(top_trader_position_ratio, 0) as top_trader_position_ratio
    from {{ model }}
    where {{ is_at_day_end('snapshot_at') }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

ranked as (

    select
        instruments.asset,
        instruments.venue,
        instruments.instrument,
        observations.feed,
        observations.symbol,
        observations.day,
        observations.account_ratio,
        observations.top_trader_account_ratio,
        observations.top_trader_position_ratio,
        row_number() over (
            partition by observations.feed, observations.symbol, observations.day
            order by observations.snapshot_at desc
        ) as recency
    from observations
    inner join {{ ref('stg_ops__instruments') }} as instruments
        on
            observations.feed = instruments.feed
            and observations.symbol = instruments.symbol
            and instruments.market = 'perpetual'
    where coalesce(
        observations.account_ratio, observations.top_trader_account_ratio, observations.top_trader_position_ratio
    ) is not null

)

select
    asset,
    venue,
    instrument,
    feed,
    symbol,
    day,
    account_ratio,
    top_trader_account_ratio,
    top_trader_position_ratio
from ranked
where recency = 1
