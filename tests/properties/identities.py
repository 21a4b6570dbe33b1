"""The equations of the model, evaluated again in NumPy from what an equilibrium reports."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rival.model import Base, Shock, prices, transfers
from rival.stacked import BINDING, Labour, Problem
from rival.stacked import Shock as FullShock

Array = NDArray[np.float64]


def gaps(base: Base, shock: Shock, deficits: str, found: dict[str, Array]) -> dict[str, float]:
    """Largest miss of each equation, relative to the income of the region concerned (prices: in logs).

    `found` holds real_income, real_wage, price_index, flows, output, income, tariff_revenue.
    """
    w_hat = found["real_wage"] * found["price_index"]
    flows, income = found["flows"], found["income"]
    output = flows.sum(axis=0)
    spending = flows / shock.producer_share
    border = (1 - shock.subsidy) * flows  # trade balances at the price that leaves the exporting country
    expenditure = spending.sum(axis=1)
    wage_bill = w_hat * base.value_added
    deficit = transfers(base, deficits, w_hat)
    P_hat, c_hat = prices(base, shock, w_hat)
    share = base.share * (shock.price_factor(base) * c_hat[None] / P_hat[:, None]) ** -base.theta
    final = expenditure - np.einsum("njk,nk->nj", base.io_share, output)
    treasury = (shock.treasury_share * flows).sum(axis=(1, 2)) - (shock.subsidy * flows).sum(axis=(0, 2))
    revenue = (shock.tariff * flows * (1 - shock.subsidy) * shock.rent).sum(axis=(1, 2))
    index = np.exp((base.alpha * np.log(P_hat)).sum(axis=1))
    rows = {
        "sourcing": (spending - share * expenditure[:, None]) / income[:, None, None],
        "shares": np.where(expenditure > 0, share.sum(axis=1) - 1.0, 0.0),
        "final demand": (final - base.alpha * income[:, None]) / income[:, None],
        "income": (income - wage_bill - treasury - deficit) / income,
        "spending adds up": (final.sum(axis=1) - income) / income,
        "labour markets": (base.va_share * output).sum(axis=1) / wage_bill - 1.0,
        "trade balance": (border.sum(axis=(1, 2)) - border.sum(axis=(0, 2)) - deficit) / income,
        "deficits add up": np.array([deficit.sum() / income.sum()]),
        "numeraire": np.array([wage_bill.sum() / base.value_added.sum() - 1.0]),
        "output": (found["output"] - output) / income[:, None],
        "tariff revenue": (found["tariff_revenue"] - revenue) / income,
        "price index": np.log(found["price_index"] / index),
        "real income": np.log(found["real_income"] * index * base.income / income),
        "real wage": np.log(found["real_wage"] * index / w_hat),
    }
    return {name: float(np.abs(values).max()) for name, values in rows.items()}


def outcomes(equilibrium: Any) -> dict[str, Array]:
    """The reported outcomes as plain arrays."""
    names = ("real_income", "real_wage", "price_index", "flows", "output", "income", "tariff_revenue")
    return {name: getattr(equilibrium, name).to_numpy() for name in names}


def stacked_gaps(base: Base, shock: FullShock, labour: Labour, deficits: str, equilibrium: Any) -> dict[str, float]:
    """Largest miss of each of the stacked equations at an equilibrium of the engine, relative to incomes.

    Every quota is put at the premium that the engine found; that premium is held to complementarity.
    """
    problem = Problem(base, shock, labour, deficits, (BINDING,) * len(shock.limits))
    x = _unknowns(problem, equilibrium)
    found, income = problem.evaluate(x), np.asarray(equilibrium.solution.income)
    value_added = base.va_share * found["output"]
    supply = found.get("supply", value_added)
    bill = found.get("bill", found["earned"])
    own = value_added if labour.kind == "mobile" else supply
    prices_miss = np.log(found["pull"][problem.bought]) + (base.theta * np.log(found["P_hat"]))[problem.bought]
    rows = {
        "prices": prices_miss / np.broadcast_to(base.theta, problem.bought.shape)[problem.bought],
        "spending": (found["demand"] - found["E"]) / income[:, None],
        "labour": (own.sum(axis=1) - bill) / bill,
        "sectors": (value_added - np.where(problem.made, supply, value_added)) / income[:, None],
        "income": (found["income"] - income) / income,
        "numeraire": np.array(
            [found["earned"][members].sum() / base.value_added[members].sum() - 1.0 for members in problem.blocs]
        ),
        "workers": np.log(found["workers"]) - np.log(np.asarray(equilibrium.solution.labour_hat)),
        "flows": (found["flows"] - np.asarray(equilibrium.solution.sales)) / income[:, None, None],
    }
    if shock.limits:
        cap = np.array([problem.top(quota) for quota in range(len(shock.limits))])
        pressed = np.clip(found["premia"] + np.log(found["volume"] / np.array(shock.limits)), 0.0, cap)
        rows["quotas"] = pressed - found["premia"]
    return {name: float(np.abs(values).max()) for name, values in rows.items()}


def _unknowns(problem: Problem, equilibrium: Any) -> Array:
    """The engine's equilibrium as the vector of the stacked equations."""
    s, labour, base = equilibrium.solution, problem.labour, problem.base
    wage, made, bought = np.asarray(s.w_hat), problem.made, problem.bought
    own = np.zeros(0)
    if labour.kind == "roy":
        own = labour.kappa * np.log((np.asarray(s.v_hat) / wage[:, None])[made])
    elif labour.kind == "specific":
        before = base.va_share * base.flows.sum(axis=0)
        own = np.log(np.asarray(s.value_added)[made] / before[made])
    parts = [np.log(wage), own, np.log(np.asarray(s.P_hat)[bought]), np.log(np.asarray(s.expenditure)[bought])]
    return np.concatenate([*parts, np.log(np.asarray(s.premium))])
