"""Flows to and from exchanges and funds, reserves, activity on the chain."""

from tables.field import declare, flag, text
from tables.fields.prices import Z

FIELDS = (
    declare("inflow_coin", "Coins sent to exchanges, gross.", low=0),
    declare("outflow_coin", "Coins withdrawn from exchanges, gross.", low=0),
    declare("netflow_coin", "Coins sent to exchanges less coins withdrawn; positive is towards exchanges."),
    declare("inflow_usd", "Value sent to exchanges, gross.", low=0),
    declare("outflow_usd", "Value withdrawn from exchanges, gross.", low=0),
    declare("netflow_usd", "Value sent to exchanges less value withdrawn; positive is towards exchanges."),
    declare("reserve_coin", "Coins held by exchanges at the end of the day.", above=0),
    declare("reserve_usd", "Value held by exchanges at the end of the day.", above=0),
    declare("pulled_at", "When the data was fetched."),
    flag("is_offered", "True when a source of the catalogue offers exchange flows of the asset."),
    declare("netflow_3d_coin", "Netflow of the three days that end with the day."),
    declare("median_netflow_coin", "Median netflow of the {windows.baseline_days} days before, in the same pull."),
    declare("median_inflow_coin", "Median gross inflow of the {windows.baseline_days} days before, in the same pull."),
    declare("netflow_z", f"Netflow {Z}, within one pull of the vendor."),
    declare("netflow_3d_z", f"Three-day netflow {Z}, within one pull of the vendor."),
    declare("gross_inflow_z", f"Gross inflow {Z}, within one pull of the vendor."),
    declare("fund_netflow_usd", "Money into spot funds less money out of them; null on days without a report, such as"
            " weekends."),
    text("reported_by", "Who reported the flow; two reports of a flow are not added up."),
    declare("median_fund_netflow_usd", "Median fund netflow of the reported days among the {windows.baseline_days}"
            " before."),
    declare("fund_netflow_z", f"Fund netflow {Z}; null with fewer than {{windows.fund_flow_minimum_days}} reports among"
            " them."),
    declare("active_addresses_count", "Distinct addresses that sent or received on the day.", kind="number", unit=
            "count", low=0),
    declare("address_ratio", "Active addresses divided by the median of the last {windows.address_weeks} same"
            " weekdays."),
)  # fmt: skip
