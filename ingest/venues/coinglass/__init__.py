"""CoinGlass: hourly liquidations of a coin, summed over exchanges."""
