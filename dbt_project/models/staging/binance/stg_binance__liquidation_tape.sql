-- Forced orders of Binance as recorded from its websocket, one row per order; price is the average price paid.
{{ liquidation_tape('binance', 'binance_liquidation_tape') }}
