"""What the comment of every table of a simulated market begins with."""

SIMULATED = "SIMULATED MARKET, not real data. "
