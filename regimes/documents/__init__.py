"""Documents that state numbers of the rules: rendered from the parameters, so that none can be out of date.

docs/regimes.md is made from regimes.md.j2. In other pages a mark after a number names the value:
`20<!-- = support.floor_days --> days`; in YAML, `liquidation_days: 30  # = windows.liquidation_days`.
"""
