"""Where a change of real income comes from: exactly, along the path of the policy, and to first order.

The exact split integrates, along a path from the base year to the policy,
``I dlnW = [sum_exports X dln c_n - sum_imports M dln c_i] + sum t M (dln M - dln c_i) + ...`` (``model.md``,
"Outcomes"): the sum is exact, the split depends on the path, which here moves every factor geometrically.
Caliendo and Parro's (2015, equation 17) first-order sum at base-year weights is another number, kept apart.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from dealspace.core.baseline import Baseline
from dealspace.core.solution import Solution
from dealspace.core.solve import solve as solve_core
from dealspace.core.wedges import Wedges, between, no_change
from dealspace.errors import DealspaceError, NotConvergedError
from dealspace.outcomes import labels

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.outcomes.equilibrium import Equilibrium

PATH_TOLERANCE = 1e-11
SHARES = "change of log real income"


class _Point:
    """One point of the path, in NumPy: what the sums need."""

    def __init__(self, wedges: Wedges, solved: Solution):
        self.log_c = np.log(np.asarray(solved.c_hat))
        self.log_d = np.log(np.asarray(wedges.trade_cost))
        self.sales = np.asarray(solved.sales)
        self.spending = np.asarray(solved.spending)
        self.net = np.asarray(1.0 - wedges.subsidy)
        self.log_mix = np.log(np.asarray(wedges.tau)) - np.log(np.asarray(wedges.price_hat))
        self.tau, self.rent = np.asarray(wedges.tau), np.asarray(wedges.rent)
        self.kept = np.asarray(wedges.rent_to_importer)
        self.deficit, self.income = np.asarray(solved.deficit), np.asarray(solved.income)
        self.log_welfare = np.log(np.asarray(solved.real_income_hat))
        self.log_volume = np.log(np.where(self.sales > 0, self.sales, 1.0)) - self.log_c[None]


def along_the_path(equilibrium: Equilibrium, steps: int = 20) -> xr.Dataset:
    """Split the log change of real income of an equilibrium along the path of its policy.

    Parameters
    ----------
    steps : points of the path after the base year; the trapezium rule between them

    Returns
    -------
    xr.Dataset
        By region, as changes of log real income: ``terms_of_trade``, ``trade_volume`` (which contains the change
        of duty collected), ``trade_cost``, ``subsidies_and_rents``, ``transfer`` (change of the deficit, in units
        of world value added), ``total`` (the exact change) and ``remainder`` (total less the parts, the error of
        the rule).

    Raises
    ------
    NotConvergedError
        When a point of the path has no equilibrium.
    DealspaceError
        When `steps` is not a whole number from 1 up.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise DealspaceError(f"a path needs a whole number of steps, 1 or more, not {steps!r}")
    base, closure = equilibrium.world.baseline, equilibrium.closure
    goal = equilibrium.policy.wedges
    equilibrium.solution  # noqa: B018  (an unconverged equilibrium has no path)
    points, state = [], None
    for step in range(steps + 1):
        wedges = no_change(base) if step == 0 else between(base, goal, jnp.asarray(step / steps))
        found, status, state = solve_core(base, wedges, closure, PATH_TOLERANCE, state)
        if found is None:
            raise NotConvergedError(f"the path of {equilibrium.policy.name} breaks: {status.reason}")
        points.append(_Point(wedges, found))
    parts = _sum_parts(points)
    total = points[-1].log_welfare - points[0].log_welfare
    parts["total"] = total
    parts["remainder"] = total - sum(parts[name] for name in parts if name != "total")
    return _dataset(equilibrium, parts, SHARES, {"steps": steps})


def _sum_parts(points: list[_Point]) -> dict[str, np.ndarray]:
    """Add up the integrands over the path by the trapezium rule, each divided by income where it stands."""
    names = ("terms_of_trade", "trade_volume", "trade_cost", "subsidies_and_rents", "transfer")
    parts = {name: np.zeros_like(points[0].income) for name in names}
    for before, after in pairwise(points):
        for weight in (before, after):
            for name, amount in zip(names, _integrands(weight, before, after), strict=True):
                parts[name] += 0.5 * amount / weight.income
    return parts


def _integrands(at: _Point, before: _Point, after: _Point) -> tuple[np.ndarray, ...]:
    """Return the five integrands (region,), weights taken `at` one end of a step."""
    rate = at.tau - 1.0
    border = at.sales * at.net * at.rent  # duty base: what the importer pays before duty
    d_c = (after.log_c - before.log_c)[None]
    d_volume = after.log_volume - before.log_volume
    d_net = np.log(after.net) - np.log(before.net)
    d_rent = np.log(after.rent) - np.log(before.rent)
    d_d = after.log_d - before.log_d
    terms = (at.sales * d_c).sum(axis=(0, 2)) - (at.sales * d_c).sum(axis=(1, 2))
    # Where lines of a cell differ, duty collected and price factor move apart: trade moves between lines.
    d_mix = after.log_mix - before.log_mix
    volume = (rate * border * d_volume + at.spending * d_mix).sum(axis=(1, 2))
    lost = -(at.spending * d_d).sum(axis=(1, 2))
    return terms, volume, lost, _wedge_terms(at, d_c, d_volume, d_net, d_rent), after.deficit - before.deficit


def _wedge_terms(
    at: _Point, d_c: np.ndarray, d_volume: np.ndarray, d_net: np.ndarray, d_rent: np.ndarray
) -> np.ndarray:
    """Return what subsidies and rents move (region,): budgets and rents gained less dearer (cheaper) purchases."""
    value = at.sales  # at basic price
    d_sales = d_volume + d_c
    subsidised = 1.0 - at.net
    budget = -(value * (subsidised * d_sales - at.net * d_net)).sum(axis=(0, 2))
    rents = value * at.net * ((at.rent - 1.0) * (d_net + d_sales) + at.rent * d_rent)
    received = (at.kept * rents).sum(axis=(1, 2)) + ((1.0 - at.kept) * rents).sum(axis=(0, 2))
    border = value * at.net * at.rent
    paid = (border * (d_net + d_rent)).sum(axis=(1, 2)) + ((border - value) * d_c).sum(axis=(1, 2))
    return budget + received - paid


def first_order(equilibrium: Equilibrium) -> xr.Dataset:
    """Return Caliendo and Parro's (2015) decomposition, in changes of base-year income.

    Returns
    -------
    xr.Dataset
        By region: ``terms_of_trade`` = sum of [E (c_n_hat - 1) - M (c_i_hat - 1)] / I, ``trade_volume`` =
        sum of t M [(M'/M - 1) - (c_i_hat - 1)] / I with base-year values, and their ``sum``. It is a first-order sum at
        base-year weights, not the exact change of real income.
    """
    base: Baseline = equilibrium.world.baseline
    solved = equilibrium.solution
    before, after = np.asarray(base.sales), np.asarray(solved.sales)
    dearer = np.asarray(solved.c_hat)[None] - 1.0
    growth = np.divide(after, before, out=np.ones_like(before), where=before > 0) - 1.0
    income = np.asarray(base.income)
    terms = ((before * dearer).sum(axis=(0, 2)) - (before * dearer).sum(axis=(1, 2))) / income
    volume = (np.asarray(base.tariff) * before * (growth - dearer)).sum(axis=(1, 2)) / income
    parts = {"terms_of_trade": terms, "trade_volume": volume, "sum": terms + volume}
    return _dataset(equilibrium, parts, "share of base-year income, first order", {})


def _dataset(equilibrium: Equilibrium, parts: dict[str, np.ndarray], unit: str, attrs: dict[str, object]) -> xr.Dataset:
    import xarray as xr

    arrays = {name: labels.by_region(equilibrium.world, values, name, unit) for name, values in parts.items()}
    return xr.Dataset(arrays, attrs={"unit": unit, **attrs})
