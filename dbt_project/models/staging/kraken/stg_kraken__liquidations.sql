-- Daily volume of Kraken Futures' linear perpetuals closed by force, longs and shorts together.
{{ staged(
    'kraken', 'kraken_liquidations',
    shape='liquidation_sums', ties=['volume_coin desc'],
    columns={
        'liquidations_coin': 'volume_coin',
    }
) }}
