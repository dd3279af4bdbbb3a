-- Funding as venues predict it for the settlement to come, one row per snapshot.
{{ all_venues(
    feeds={
        'bybit_predicted_funding': ref('stg_bybit__predicted_funding'),
    },
    columns=[
        'snapshot_at', 'predicted_rate', 'next_funding_at', 'interval_hours'
    ]
) }}
