"""What the headline effects are under each published set of trade elasticities."""

from __future__ import annotations

import numpy as np

from dealspace.report.reading import Case
from dealspace.report.table import Column, Table, table

_SECTORS = 3


def elasticity_sets(case: Case) -> Table:
    """Lay out real income, output of the main sectors and the balance of both parties, by set and policy."""
    sectors = case.main_sectors[:_SECTORS]
    columns = (
        Column("elasticities", "Elasticities"),
        Column("policy", "Policy"),
        Column("against", "Compared with"),
        Column("place", "Place"),
        Column("real_income", "Real income", "percent", signed=True),
        *(Column(f"output_{code}", f"Output, {case.names.within(code)}", "whole", signed=True) for code in sectors),
        Column("goods_balance", "Goods balance with the other party", "billion", signed=True),
    )
    rows = []
    for name, solved in case.by_elasticities.items():
        for policy in solved:
            for reference in (None, "status-quo"):
                for place in case.parties:
                    effect = case.set_effect(name, place, policy, reference) if reference != policy else None
                    if effect is None:
                        continue
                    rows.append(
                        (
                            *(name, case.title(policy), case.title(effect.reference), case.names.region(place)),
                            100 * effect.real_income,
                            *(100 * effect.output.get(code, np.nan) for code in sectors),
                            effect.balance / 1e3,
                        )
                    )
    note = (
        "Trade deficits fixed; the same benchmark and policies, solved again with each set. The benchmark is the "
        "economy before any measure. Output in whole per cent; balances are levels."
    )
    return table("elasticity-sets", "Effects across published elasticities", note, columns, rows)
