"""What each party weighs, as data: presets, custom weights, and the other side's doubt about them.

A pay-off is U_p(o) = sum over outcomes of weight x (outcome under o - outcome under the status quo), annual,
in USD. Every weight is in **USD of the party's own real income per USD of the thing**, so the weight on the
equivalent variation (``ev``) is 1 unless a custom preference says otherwise.

=========== ==============================================================================================
outcome     USD a year, change against the status quo
=========== ==============================================================================================
ev          equivalent variation of the party (sum over members of a group)
balance     the party's goods exports to the other party less its goods imports from it
revenue     duties the party collects
va          real value added of one sector at home, by the party's price index: VA'_j / P_hat - VA_j
output      output of one sector at home, at basic prices
=========== ==============================================================================================

``welfare`` is ev alone. ``political`` adds sum_j lambda_j (VA'_j / P_hat - VA_j), the weights of organised
sectors (Grossman-Helpman proper only with sector-specific factors). ``mercantilist`` adds a weight on the
balance and on named sectors' output. ``custom`` states every weight itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, model_validator

from dealspace.termsheet.base import Sourced
from dealspace.termsheet.quantities import Number, plain

OUTCOMES = ("ev", "balance", "revenue", "va", "output")
_BY_SECTOR = ("va", "output")
Sectors = dict[str, Number]


@dataclass(frozen=True)
class WeightTerm:
    """One weighted outcome of a pay-off.

    Attributes
    ----------
    outcome : str
        One of `OUTCOMES`.
    sector : str or None
        For ``va`` and ``output``.
    weight : float
        USD of own real income per USD of the outcome.
    """

    outcome: str
    sector: str | None
    weight: float

    @property
    def key(self) -> str:
        """The outcome as a custom preference writes it: ``ev``, ``output:C29``."""
        return self.outcome if self.sector is None else f"{self.outcome}:{self.sector}"

    def measure(self, party: str, other: str) -> str:
        """Name of the Measure that it weighs: ``ev:USA``, ``balance:USA:JPN``, ``va:USA:C29``."""
        last = other if self.outcome == "balance" else self.sector
        return f"{self.outcome}:{party}" if last is None else f"{self.outcome}:{party}:{last}"


class Preference(Sourced):
    """What a party weighs. Read it through `terms`; the classes below are how it is written."""

    preset: Any

    @property
    def terms(self) -> tuple[WeightTerm, ...]:
        """Every outcome with a weight other than zero."""
        raise NotImplementedError


class Welfare(Preference):
    """Equivalent variation alone."""

    preset: Literal["welfare"]

    @property
    def terms(self) -> tuple[WeightTerm, ...]:
        """``ev`` with weight 1."""
        return (WeightTerm("ev", None, 1.0),)


class Political(Preference):
    """Equivalent variation plus lambda_j times the change of real value added of sector j.

    Attributes
    ----------
    sectors : dict of str to float
        lambda_j: 0.5 means that a dollar of the sector's value added counts half a dollar more.
    """

    preset: Literal["political"]
    sectors: Annotated[Sectors, Field(min_length=1)]

    @property
    def terms(self) -> tuple[WeightTerm, ...]:
        """``ev`` and the sectors' real value added."""
        return _kept(("ev", None, 1.0), *(("va", name, x) for name, x in self.sectors.items()))


class Mercantilist(Preference):
    """Equivalent variation plus weights on the goods balance with the other party and on sectors' output.

    Attributes
    ----------
    balance : float
        USD of real income that the party would give for one USD more of bilateral goods balance.
    sectors : dict of str to float
        The same per USD of a home sector's output.
    """

    preset: Literal["mercantilist"]
    balance: Number = 0.0
    sectors: Sectors = Field(default_factory=dict)

    @model_validator(mode="after")
    def _weighs_something(self) -> Mercantilist:
        if not self.balance and not any(self.sectors.values()):
            raise ValueError(
                "the preset 'mercantilist' weighs nothing here; write balance: or sectors:, or use welfare"
            )
        return self

    @property
    def terms(self) -> tuple[WeightTerm, ...]:
        """``ev``, the balance and the sectors' output."""
        sectors = (("output", name, weight) for name, weight in self.sectors.items())
        return _kept(("ev", None, 1.0), ("balance", None, self.balance), *sectors)


class Custom(Preference):
    """Weights stated one by one: ``{ev: 1, balance: 0.1, output:C29: 0.2, va:A01: 1}``."""

    preset: Literal["custom"]
    weights: Annotated[dict[str, Number], Field(min_length=1)]

    @model_validator(mode="after")
    def _known_outcomes(self) -> Custom:
        for key in self.weights:
            outcome, _, sector = key.partition(":")
            if outcome not in OUTCOMES or bool(sector) != (outcome in _BY_SECTOR):
                known = ", ".join(name + (":SECTOR" if name in _BY_SECTOR else "") for name in OUTCOMES)
                raise ValueError(f"weights: {key!r} is not an outcome that can be weighed; known: {known}")
        return self

    @property
    def terms(self) -> tuple[WeightTerm, ...]:
        """The weights other than zero."""
        parts = ((*key.partition(":")[::2], weight) for key, weight in self.weights.items())
        return _kept(*((outcome, sector or None, weight) for outcome, sector, weight in parts))


def _kept(*terms: tuple[str, str | None, float]) -> tuple[WeightTerm, ...]:
    return tuple(WeightTerm(*term) for term in terms if term[2])


class WeightDoubt(Sourced):
    """How unsure others are of a party's weights: independent factors on every weight but that of ``ev``.

    Attributes
    ----------
    distribution : {"lognormal", "uniform"}
        ``lognormal``: factor exp(spread z), z standard normal (median 1). ``uniform``: from
        1 - spread to 1 + spread.
    spread : float
        Above 0; at most 1 for ``uniform``, at most 3 for ``lognormal``.
    draws, seed : int
        Number of draws, and the seed that makes them reproducible.
    """

    distribution: Literal["lognormal", "uniform"]
    spread: Number
    draws: Annotated[int, Field(ge=10, le=100_000)] = 500
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _spread_in_bounds(self) -> WeightDoubt:
        most = 1.0 if self.distribution == "uniform" else 3.0
        if not 0 < self.spread <= most:
            raise ValueError(
                f"spread: {plain(self.spread)} is out of bounds; write one above 0 and at most {plain(most)} "
                f"for a {self.distribution} distribution"
            )
        return self


AnyPreference = Annotated[Welfare | Political | Mercantilist | Custom, Discriminator("preset")]
PRESETS = ("welfare", "political", "mercantilist", "custom")
