"""OKX: daily bars, funding, open interest and liquidations of perpetual swaps."""
