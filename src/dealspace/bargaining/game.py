"""One negotiation at work: the model, both pay-offs, and every deal solved so far.

A `Game` remembers what it has solved, so that asking for a deal's value and then its gradient, under
other weights or by another search, costs one solve. Deals that fail are counted and never used.
"""

from __future__ import annotations

import numpy as np

from ..errors import DealspaceError, NotConvergedError, near_matches
from .model import Array, DealModel, Index, Mask
from .sketch import Polynomial, fit_polynomial

# Pay-offs closer than this share of the sample's spread are equal: above what a search may violate a bound by
# (`search.FEASIBLE`) and what a solve to 1e-10 leaves in a pay-off.
EQUAL = 1e-6


class SearchStoppedError(Exception):
    """A search cannot go on: a deal it needs has no solution, or its budget is spent."""


class Game:
    """A model with the parties' pay-offs and the deals solved so far.

    Parameters
    ----------
    model
        The negotiation.
    weights
        (2, M) weights of the parties on the measures.
    origin
        (M,) measures of the status quo, the zero of all pay-offs.
    no_deal
        (2,) pay-offs d of no deal.

    Raises
    ------
    DealspaceError
        When the issues have no room (an empty box) or the arrays do not fit.
    """

    def __init__(self, model: DealModel, weights: Array, origin: Array, no_deal: Array):
        self.model = model
        self.weights = np.asarray(weights, dtype=float)
        self.origin = np.asarray(origin, dtype=float)
        self.no_deal = np.asarray(no_deal, dtype=float)
        axes = model.issues
        if not axes:
            raise DealspaceError("the sheet has no issues, so there is no deal to look for")
        for axis in axes:
            if axis.by not in model.parties:
                raise DealspaceError(
                    f"issue {axis.name} is moved by {axis.by}, who is not a party; "
                    f"{near_matches(axis.by, model.parties)}"
                )
        self.low = np.array([axis.low for axis in axes])
        self.high = np.array([axis.high for axis in axes])
        if (self.high < self.low).any():
            raise DealspaceError("an issue's range runs downward; write the lower end first")
        self.span = self.high - self.low
        discrete = np.array([axis.levels is not None for axis in axes])
        self.discrete = np.flatnonzero(discrete)
        self.free = np.flatnonzero(~discrete & (self.span > 0))
        self.solves = self.gradients = self.failed = 0
        self.scale = np.ones(2)
        self._row: dict[bytes, int] = {}
        self._deals: list[Array] = []
        self._measures: list[Array] = []
        self._jacobians: dict[bytes, Array] = {}
        self._failures: dict[bytes, str] = {}
        self._stack: tuple[Array, Array] = (
            np.empty((0, len(self.low))),
            np.empty((0, len(self.origin))),
        )
        self._polynomial: Polynomial | None = None
        self._sketched = 0
        self._limits: tuple[float, float] = (np.inf, np.inf)

    def limit(self, solves: float, gradients: float) -> None:
        """Let single searches ask for this many more solves and gradients from here on."""
        self._limits = (self.solves + solves, self.gradients + gradients)

    @property
    def exhausted(self) -> bool:
        """Whether the limit is reached."""
        return self.solves >= self._limits[0] or self.gradients >= self._limits[1]

    def tidy(self, deals: Array) -> Array:
        """Put deals (.., K) into the box, and discrete issues on their nearest level."""
        tidied = np.clip(np.asarray(deals, dtype=float), self.low, self.high) + 0.0
        for k in self.discrete:
            levels = np.asarray(self.model.issues[k].levels, dtype=float)
            tidied[..., k] = levels[np.abs(tidied[..., k, None] - levels).argmin(axis=-1)]
        return tidied

    def solve(self, deals: Array) -> tuple[Array, Mask]:
        """Solve a batch (B, K); return measures (B, M), NaN where failed, and (B,) which are sound."""
        deals = self.tidy(np.atleast_2d(deals))
        keys = [deal.tobytes() for deal in deals]
        new = {key: i for i, key in enumerate(keys) if key not in self._row and key not in self._failures}
        if new:
            rows = list(new.values())
            self._store(deals[rows], list(new))
        ok = np.array([key in self._row for key in keys])
        measures = np.full((len(deals), len(self.origin)), np.nan)
        for i, key in enumerate(keys):
            if key in self._row:
                measures[i] = self._measures[self._row[key]]
        return measures, ok

    def _store(self, deals: Array, keys: list[bytes]) -> None:
        table = self.model.evaluate(deals)
        self.solves += len(deals)
        for i, key in enumerate(keys):
            values = np.asarray(table.values[i], dtype=float)
            if table.ok[i] and np.isfinite(values).all():
                self._row[key] = len(self._deals)
                self._deals.append(deals[i].copy())
                self._measures.append(values)
                continue
            reason = table.reasons[i] or "a measure is not a finite number"
            self._failures[key] = reason
            self.failed += 1

    def failure(self, deal: Array) -> str:
        """Return why a deal failed, empty when it has not."""
        return self._failures.get(self.tidy(deal).tobytes(), "")

    def measures_at(self, deal: Array) -> Array:
        """Return the measures (M,) of one deal, within the limit; raise SearchStoppedError otherwise."""
        deal = self.tidy(deal)
        key = deal.tobytes()
        if key not in self._row:
            if key in self._failures:
                raise SearchStoppedError(self._failures[key])
            if self.exhausted:
                raise SearchStoppedError("the budget of solves is spent")
            self._store(deal[None, :], [key])
            if key in self._failures:
                raise SearchStoppedError(self._failures[key])
        return self._measures[self._row[key]]

    def jacobian(self, deal: Array) -> Array:
        """Return d measure / d issue (M, K) at one deal, within the limit."""
        deal = self.tidy(deal)
        key = deal.tobytes()
        if key not in self._jacobians:
            if self.exhausted:
                raise SearchStoppedError("the budget of gradients is spent")
            self.gradients += 1
            try:
                slope = np.asarray(self.model.gradient(deal), dtype=float)
            except NotConvergedError as error:
                raise SearchStoppedError(str(error)) from error
            if not np.isfinite(slope).all():
                raise SearchStoppedError("the gradient is not a finite number")
            self._jacobians[key] = slope
        return self._jacobians[key]

    def sketch(self) -> Polynomial | None:
        """Return a polynomial fitted to the deals solved so far, None when they are few; refitted as they grow."""
        count = len(self._deals)
        if count > 1.3 * self._sketched:
            self._polynomial = fit_polynomial(self.deals, self.measures, self.low, self.span)
            self._sketched = count
        return self._polynomial

    def payoffs(self, measures: Array) -> Array:
        """Return pay-offs (.., 2) of measures (.., M)."""
        return (measures - self.origin) @ self.weights.T

    @property
    def deals(self) -> Array:
        """(B, K) every deal that was solved and converged."""
        return self._stacked()[0]

    @property
    def measures(self) -> Array:
        """(B, M) their measures."""
        return self._stacked()[1]

    def _stacked(self) -> tuple[Array, Array]:
        if len(self._stack[0]) != len(self._deals):
            deals = np.array(self._deals).reshape(-1, len(self.low))
            self._stack = (deals, np.array(self._measures).reshape(-1, len(self.origin)))
        return self._stack

    @property
    def outcomes(self) -> Array:
        """(B, 2) their pay-offs."""
        return self.payoffs(self.measures)

    def set_scale(self) -> None:
        """Take the spread of both pay-offs over the deals solved so far as the unit of searches."""
        if len(self._deals):
            spread = np.ptp(self.outcomes, axis=0)
            size = np.abs(self.outcomes).max(axis=0)
            # A party that no deal moves has rounding noise for a spread; its unit is then of no matter.
            self.scale = np.where(spread > 1e-12 * np.maximum(size, 1e-300), spread, 1.0)

    @property
    def tolerance(self) -> Array:
        """(2,) differences of pay-offs below which they count as equal."""
        return EQUAL * self.scale

    def beats_no_deal(self, payoffs: Array) -> Mask:
        """Tell for (B, 2) pay-offs: neither side worse off than with no deal, and one strictly better."""
        gains = payoffs - self.no_deal
        gains_ok = np.all(gains >= -self.tolerance, axis=-1) & np.any(gains > self.tolerance, axis=-1)
        return np.asarray(gains_ok)

    def work(self) -> dict[str, int]:
        """Return the work done so far: solves, gradients, failed."""
        return {"solves": self.solves, "gradients": self.gradients, "failed": self.failed}


def efficient(payoffs: Array, tolerance: Array) -> Index:
    """Return the indices of the undominated rows of (B, 2), ascending in the first; duplicates dropped."""
    order = np.lexsort((-payoffs[:, 1], -payoffs[:, 0]))
    kept: list[int] = []
    best = -np.inf
    for i in order:
        if payoffs[i, 1] > best + tolerance[1]:
            # A point that is level with the last one on the first axis and better on the second beats it.
            if kept and payoffs[kept[-1], 0] - payoffs[i, 0] <= tolerance[0]:
                kept.pop()
            kept.append(int(i))
            best = payoffs[i, 1]
    return np.array(kept[::-1], dtype=np.intp)
