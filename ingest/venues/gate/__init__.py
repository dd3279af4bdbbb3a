"""Gate: daily statistics, liquidations and funding of USDT-margined perpetuals."""
