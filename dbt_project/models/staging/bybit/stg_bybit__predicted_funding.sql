-- Predicted funding of Bybit's linear and inverse perpetuals, of the hours that the hourly marts have.
{{ staged(
    'bybit', 'bybit_predicted_funding',
    shape='predicted_funding', ties=['next_funding_at', 'predicted_rate', 'interval_hours'], since=first_hour_read()
) }}
