-- Forced orders of OKX as recorded from its websocket, one row per order; price is the bankruptcy price.
{{ liquidation_tape('okx', 'okx_liquidation_tape') }}
