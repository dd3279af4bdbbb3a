"""Gate: daily and hourly statistics, liquidations and funding of USDT-margined perpetuals."""
