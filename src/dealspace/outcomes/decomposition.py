"""Where a change of real income comes from: exactly, along the path of the policy, and to first order.

Along a path of wedges from the base year to the policy, with X sales at basic price, B = (1-s) r X what is paid at the
border, S = tau B spending, c costs, and every sum over partners and sectors,

    I dlnW = [ sum_exports X dln c_n - sum_imports X dln c_i ]                       terms of trade
           + sum t B (dln X - dln c_i)                                               volume of trade, which brings duty
           + sum S (dln tau - dln tauP) + rents: see `_rents`                        revenue and rents
           + see `_subsidies`                                                        subsidies
           - sum S dln d                                                             barriers
           + beta W L dlnL                                                           labour supply
           + dD                                                                      deficit.

It follows from differentiating the budget and the price index; that workers and capital are where they earn most (or
cannot move) takes their moves between sectors out of the sum, so it is the same under every closure of labour. The sum
is exact, the split depends on the path, which here moves every factor geometrically; quotas enter with the premia
that they end with. Caliendo and Parro's (2015, equation 17) first-order sum at base-year weights is another number,
kept apart.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from dealspace.core.baseline import Baseline
from dealspace.core.solution import Solution
from dealspace.core.solve import solve as solve_core
from dealspace.core.wedges import Wedges, between
from dealspace.errors import DealspaceError, NotConvergedError
from dealspace.outcomes import labels
from dealspace.outcomes.effective import equivalent_wedges

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.outcomes.equilibrium import Equilibrium

PATH_TOLERANCE = 1e-12
CLOSE_ENOUGH = 1e-8  # of log real income: a path whose parts miss the total by more is walked in finer steps
MOST_STEPS = 256
MOST_HALVINGS = 4  # of the step, for extrapolation to none
SHARES = "change of log real income"
PARTS = (
    "terms_of_trade",
    "trade_volume",
    "revenue_and_rents",
    "subsidies",
    "barriers",
    "labour_supply",
    "deficit",
)


class _Point:
    """One point of the path, in NumPy: what the sums need."""

    def __init__(self, wedges: Wedges, solved: Solution, wage_share: float):
        self.log_c, self.log_d = np.log(np.asarray(solved.c_hat)), np.log(np.asarray(wedges.trade_cost))
        self.sales, self.spending = np.asarray(solved.sales), np.asarray(solved.spending)
        self.tau, self.rent = np.asarray(wedges.tau), np.asarray(wedges.rent)
        self.net, self.kept = np.asarray(1.0 - wedges.subsidy), np.asarray(wedges.rent_to_importer)
        self.log_net, self.log_rent = np.log(self.net), np.log(self.rent)
        # Where lines of a cell differ, duty collected and price factor move apart: trade moves between lines.
        self.log_mix = np.log(self.tau) - np.log(np.asarray(wedges.price_hat))
        self.deficit, self.income = np.asarray(solved.deficit), np.asarray(solved.income)
        self.work = wage_share * np.asarray(solved.value_added).sum(axis=1)
        self.log_labour = np.log(np.asarray(solved.labour_hat))
        self.log_welfare = np.log(np.asarray(solved.real_income_hat))
        self.log_sales = np.log(np.where(self.sales > 0, self.sales, 1.0))


class _Path:
    """Solutions along the path of a policy, each found once."""

    def __init__(self, equilibrium: Equilibrium):
        self.name, self.closure = equilibrium.policy.name, equilibrium.closure
        self.base = equilibrium.world.baseline
        self.goal = equivalent_wedges(self.base, equilibrium.wedges, equilibrium.solution)
        self.found: dict[float, _Point] = {}
        self.state = None

    def at(self, fraction: float) -> _Point:
        """Return the point a `fraction` of the way."""
        if fraction not in self.found:
            wedges = between(self.base, self.goal, jnp.asarray(fraction))
            found, status, self.state = solve_core(self.base, wedges, self.closure, PATH_TOLERANCE, self.state)
            if found is None:
                raise NotConvergedError(f"the path of {self.name} breaks: {status.reason}")
            self.found[fraction] = _Point(wedges, found, self.closure.labour.wage_share)
        return self.found[fraction]

    def points(self, steps: int) -> list[_Point]:
        """Return the points of a path in so many steps."""
        return [self.at(step / steps) for step in range(steps + 1)]


def along_the_path(equilibrium: Equilibrium, steps: int = 8) -> xr.Dataset:
    """Split the log change of real income of an equilibrium along the path of its policy.

    Parameters
    ----------
    steps : points of the path after the base year to begin with. The trapezium rule between them is extrapolated to
        steps of no length (Romberg); steps are halved until the parts add up to the total within 1e-8, or there
        are 256.

    Returns
    -------
    xr.Dataset
        By region, as changes of log real income: ``terms_of_trade``, ``trade_volume`` (which brings duty),
        ``revenue_and_rents`` (duty that lines give more or less of, scarcity rents), ``subsidies`` (export taxes
        included), ``barriers`` (wasteful), ``labour_supply`` (work that is done more, its cost not taken off),
        ``deficit`` (in units of world value added), ``total`` (the exact change) and ``remainder`` (total less the
        parts, the error of the rule).

    Raises
    ------
    NotConvergedError
        When a point of the path has no equilibrium.
    DealspaceError
        When `steps` is not a whole number from 1 up.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise DealspaceError(f"a path needs a whole number of steps, 1 or more, not {steps!r}")
    path = _Path(equilibrium)
    while True:
        values = _extrapolated(path, steps)
        total = path.at(1.0).log_welfare - path.at(0.0).log_welfare
        remainder = total - values.sum(axis=0)
        if np.abs(remainder).max() <= CLOSE_ENOUGH or 2 * steps > MOST_STEPS:
            break
        steps *= 2
    parts = dict(zip(PARTS, values, strict=True)) | {"total": total, "remainder": remainder}
    return _dataset(equilibrium, parts, SHARES, {"steps": steps, "closure": equilibrium.closing})


def _extrapolated(path: _Path, steps: int) -> np.ndarray:
    """Return the parts (part, region): trapezium sums at halved steps, extrapolated in the square of the step."""
    counts = [steps]
    while counts[-1] % 2 == 0 and len(counts) <= MOST_HALVINGS:
        counts.append(counts[-1] // 2)
    row = [_sum_parts(path.points(count)) for count in reversed(counts)]  # from coarse to fine
    factor = 4.0
    while len(row) > 1:
        row = [fine + (fine - coarse) / (factor - 1.0) for coarse, fine in pairwise(row)]
        factor *= 4.0
    return row[0]


def _sum_parts(points: list[_Point]) -> np.ndarray:
    """Add up the integrands (part, region) by the trapezium rule, each divided by income where it stands."""
    total = np.zeros((len(PARTS), len(points[0].income)))
    for before, after in pairwise(points):
        move = _Move(before, after)
        total += 0.5 * sum(np.stack(_integrands(at, move)) / at.income for at in (before, after))
    return total


class _Move:
    """What changes between two points, in logs."""

    def __init__(self, before: _Point, after: _Point):
        def change(read: Callable[[_Point], np.ndarray]) -> np.ndarray:
            return read(after) - read(before)

        self.c = change(lambda at: at.log_c)[None]
        self.sales = change(lambda at: at.log_sales)
        self.net, self.rent = change(lambda at: at.log_net), change(lambda at: at.log_rent)
        self.d, self.mix = change(lambda at: at.log_d), change(lambda at: at.log_mix)
        self.labour, self.deficit = change(lambda at: at.log_labour), change(lambda at: at.deficit)


def _integrands(at: _Point, move: _Move) -> tuple[np.ndarray, ...]:
    """Return the parts (region,) of a move, weights taken `at` one end of it."""
    border = at.sales * at.net * at.rent
    terms = _exporter(at.sales * move.c) - _importer(at.sales * move.c)
    volume = _importer((at.tau - 1.0) * border * (move.sales - move.c))
    revenue = _importer(at.spending * move.mix) + _rents(at, move)
    barriers = -_importer(at.spending * move.d)
    return terms, volume, revenue, _subsidies(at, move), barriers, at.work * move.labour, move.deficit


def _rents(at: _Point, move: _Move) -> np.ndarray:
    """Return what rents move (region,): rents received by either side less what the importer pays for them.

    With the rent R = (r-1)(1-s) X: received R (dln X + dln(1-s)) + r (1-s) X dln r, shared by `kept`; paid by the
    importer R (dln c + dln(1-s)) + r (1-s) X dln r.
    """
    rent, dearer = (at.rent - 1.0) * at.net * at.sales, at.rent * at.net * at.sales * move.rent
    received = rent * (move.sales + move.net) + dearer
    paid = rent * (move.c + move.net) + dearer
    return _importer(at.kept * received) + _exporter((1.0 - at.kept) * received) - _importer(paid)


def _subsidies(at: _Point, move: _Move) -> np.ndarray:
    """Return what subsidies move (region,): cheaper purchases of the importer less what the exporter's budget pays.

    Budget: d(s X) = s X dln X - (1-s) X dln(1-s). Gain of the importer: s X dln c - (1-s) X dln(1-s).
    """
    given = (1.0 - at.net) * at.sales
    cheaper = at.net * at.sales * move.net
    return _importer(given * move.c - cheaper) - _exporter(given * move.sales - cheaper)


def _importer(cells: np.ndarray) -> np.ndarray:
    return cells.sum(axis=(1, 2))


def _exporter(cells: np.ndarray) -> np.ndarray:
    return cells.sum(axis=(0, 2))


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
