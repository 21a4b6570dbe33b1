"""What bargaining needs to know of an economy: measures of deals, gradients, measures of named policies.

Everything in this package works on the :class:`DealModel` protocol, so that tests use analytic toy
models and the real one (a term sheet compiled onto a solved economy) plugs in without change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]

# Units whose values are fractions, and how they are shown.
RATES = {"fraction": "%", "%": "%", "pp": "pp"}


@dataclass(frozen=True)
class IssueAxis:
    """One axis of the deal.

    Attributes
    ----------
    name
        The issue's name in the term sheet.
    by
        The party that moves it, and so the *giver* of the concession.
    low, high
        The range in natural units (rates as fractions).
    levels
        The allowed values of a discrete issue, ascending, or None when continuous.
    unit
        ``"fraction"`` (a rate, shown as per cent), ``"pp"`` (a fraction too, shown as points), ``"USD mn"`` (shown in
        billions) or any other unit as written in the sheet, such as ``"kt"``.
    toward
        The end at which the giver has conceded everything: ``"low"`` for a tariff it cuts, ``"high"`` for
        a barrier reduction or a purchase.
    status_quo
        The point of the axis nearest to the law in force, or None when the axis has no such point.
    words
        A short phrase for tables, e.g. ``"US duty on cars"``.
    """

    name: str
    by: str
    low: float
    high: float
    levels: tuple[float, ...] | None = None
    unit: str = "fraction"
    toward: Literal["low", "high"] = "low"
    status_quo: float | None = None
    words: str = ""

    @property
    def conceded(self) -> float:
        """The value at which the giver has conceded everything."""
        return self.low if self.toward == "low" else self.high

    @property
    def kept(self) -> float:
        """The value at which the giver has conceded nothing."""
        return self.high if self.toward == "low" else self.low

    def write(self, value: float) -> str:
        """Write a value of the axis with its unit: 0.15 gives ``15.0 %``."""
        if self.unit in RATES:
            return f"{100 * value:.1f} {RATES[self.unit]}"
        return amount(value, self.unit)

    @property
    def span(self) -> float:
        """The length of the range, ``high - low``."""
        return self.high - self.low


def amount(value: float, unit: str) -> str:
    """Write a value that is no rate: 606 kt, 550 bn USD."""
    if unit == "USD mn":
        value, unit = value / 1000, "bn USD"
    return f"{round(value, 6) + 0.0:,.4g} {unit}".rstrip()


@dataclass(frozen=True)
class MeasureTable:
    """Measures of a batch of deals.

    Attributes
    ----------
    values
        (B, M) measure values; rows that failed hold NaN.
    ok
        (B,) whether the deal's equilibrium converged; a failed deal is never used, only counted.
    reasons
        B sentences, empty where ``ok``.
    """

    values: Array
    ok: Mask
    reasons: tuple[str, ...]


@runtime_checkable
class DealModel(Protocol):
    """A negotiation as a map from deals to measures.

    ``issues`` has K axes, ``measure_names`` M names of the form ``ev:USA``, ``va:JPN:C29``,
    ``output:JPN:C29``, ``balance:USA:JPN``, ``revenue:USA`` (USD million a year). A model that also
    knows other readings of what third countries face lists them in an attribute ``backgrounds`` and
    answers ``policy_values("no-deal@letters-applied")``. A model that knows where a policy lies in the issue
    box may answer ``nearest_deal("no-deal")`` with a deal (K,).
    """

    @property
    def issues(self) -> tuple[IssueAxis, ...]:
        """The K axes of the deal."""
        ...

    @property
    def parties(self) -> tuple[str, str]:
        """The two parties, in the order of every (.., 2) pay-off array."""
        ...

    @property
    def measure_names(self) -> tuple[str, ...]:
        """The M measure names, in the order of every (.., M) array."""
        ...

    def evaluate(self, deals: Array) -> MeasureTable:
        """Solve a batch of deals (B, K), natural units, and return their measures (B, M)."""
        ...

    def gradient(self, deal: Array) -> Array:
        """Return d measure / d issue, (M, K), at one deal (K,); raise NotConvergedError if it has none."""
        ...

    def policy_values(self, name: str) -> Array:
        """Return the measures (M,) under a named policy of the sheet, such as ``status-quo``.

        Raises UnknownNameError for a name the sheet has not, NotConvergedError when it has no solution.
        """
        ...
