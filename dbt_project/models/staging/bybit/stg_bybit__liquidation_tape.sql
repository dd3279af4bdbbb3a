-- Forced orders of Bybit as recorded from its websocket, one row per order; price is the bankruptcy price.
{{ liquidation_tape('bybit', 'bybit_liquidation_tape') }}
