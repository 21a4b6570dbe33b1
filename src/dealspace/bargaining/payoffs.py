r"""What a party wants: weights on measures, from presets or custom, and how uncertain they are.

The pay-off of party p at outcome o is :math:`U_p(o) = \omega_p \cdot (m(o) - m(\text{status quo}))`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import DealspaceError, unknown_name
from .model import Array
from .results import PayoffRecord

PRESETS = ("welfare", "political", "mercantilist", "custom")


@dataclass(frozen=True)
class Spread:
    """The distribution of one weight.

    Attributes
    ----------
    kind
        ``"uniform"`` on [a, b]; ``"normal"`` with mean a and standard deviation b; ``"lognormal"`` with
        median a and log standard deviation b; ``"triangular"`` on [a, c] with mode b.
    a, b, c
        The parameters.
    relative
        Whether a draw is a factor on the central weight, rather than the weight itself.
    """

    kind: str
    a: float
    b: float
    c: float = 0.0
    relative: bool = False

    def __post_init__(self) -> None:
        sound = {
            "uniform": self.a <= self.b,
            "normal": self.b >= 0,
            "lognormal": self.a > 0 and self.b >= 0,
            "triangular": self.a <= self.b <= self.c,
        }
        if self.kind not in sound:
            raise unknown_name("distribution of a weight", self.kind, sound)
        if not sound[self.kind]:
            raise DealspaceError(
                f"a {self.kind} weight cannot have the parameters {self.a:g}, {self.b:g}, {self.c:g}; "
                "bounds must ascend, spreads be positive and a lognormal's median too"
            )

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """Draw (size,) weights."""
        if self.kind == "uniform":
            return rng.uniform(self.a, self.b, size)
        if self.kind == "normal":
            return rng.normal(self.a, self.b, size)
        if self.kind == "lognormal":
            return self.a * np.exp(rng.normal(0.0, self.b, size))
        if self.a == self.c:
            return np.full(size, self.a)
        return rng.triangular(self.a, self.b, self.c, size)

    @property
    def words(self) -> str:
        """The distribution in words."""
        base = "the central weight times a factor, " if self.relative else ""
        return (
            base
            + {
                "uniform": f"evenly between {self.a:g} and {self.b:g}",
                "normal": f"normal with mean {self.a:g} and standard deviation {self.b:g}",
                "lognormal": f"lognormal with median {self.a:g} and log standard deviation {self.b:g}",
                "triangular": f"triangular between {self.a:g} and {self.c:g}, most likely {self.b:g}",
            }[self.kind]
        )


@dataclass(frozen=True)
class Payoff:
    """A party's weights on measures.

    Attributes
    ----------
    party
        Region or group, as in the term sheet.
    preset
        One of `PRESETS`.
    weights
        Measure name -> weight.
    money
        Whether pay-offs are money, a USD of own equivalent variation counting as one, so that the parties' may be
        compared and added.
    spread
        Measure name -> distribution of its weight; a measure that is not in here keeps its weight.
    draws, seed
        Number of weight draws that stand for the distribution, and their seed.
    """

    party: str
    preset: str
    weights: Mapping[str, float]
    money: bool = False
    spread: Mapping[str, Spread] = field(default_factory=dict)
    draws: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        bad = [name for name, weight in self.weights.items() if not np.isfinite(weight)]
        if bad:
            raise DealspaceError(f"{self.party}'s weight on {', '.join(bad)} is not a finite number")
        if not self.weights:
            raise DealspaceError(f"{self.party} has no weights, so nothing can be said of what it wants")

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure the pay-off needs."""
        return tuple(dict.fromkeys([*self.weights, *self.spread]))

    def vector(self, measure_names: Sequence[str]) -> Array:
        """Return the weights (M,) in the order of `measure_names`; raise UnknownNameError without one."""
        columns = _columns(self, measure_names)
        omega = np.zeros(len(measure_names))
        for name, weight in self.weights.items():
            omega[columns[name]] = weight
        return omega

    def draw(
        self, measure_names: Sequence[str], size: int | None = None, rng: np.random.Generator | None = None
    ) -> Array:
        """Draw weights (S, M); a single row when nothing is uncertain."""
        size = (size or self.draws) if self.spread else 1
        rng = rng or np.random.default_rng(self.seed)
        columns = _columns(self, measure_names)
        omega = np.tile(self.vector(measure_names), (size, 1))
        for name in sorted(self.spread):
            spread = self.spread[name]
            central = self.weights.get(name, 0.0) if spread.relative else 1.0
            omega[:, columns[name]] = central * spread.draw(rng, size)
        return omega

    def record(self) -> PayoffRecord:
        """Return the weights as they stand in a result."""
        return PayoffRecord(
            party=self.party,
            preset=self.preset,
            weights=dict(self.weights),
            money=self.money,
            words=describe(self),
            uncertainty=describe_spread(self),
        )


def _columns(payoff: Payoff, measure_names: Sequence[str]) -> dict[str, int]:
    known = {name: column for column, name in enumerate(measure_names)}
    for name in payoff.measures:
        if name not in known:
            raise unknown_name(f"measure in {payoff.party}'s pay-off", name, measure_names)
    return known


def welfare(party: str) -> Payoff:
    """Return the welfare preset: equivalent variation, USD million a year."""
    return Payoff(party, "welfare", {f"ev:{party}": 1.0}, money=True)


def political(party: str, lambdas: Mapping[str, float]) -> Payoff:
    r"""Return the political preset: EV + sum_j lambda_j (VA'_j / P_hat - VA_j).

    `lambdas` maps sector -> extra weight on a USD of its real value added. It has the form of Grossman
    and Helpman (1994); it is theirs proper only where factors are specific to sectors.
    """
    weights = {f"ev:{party}": 1.0}
    weights |= {f"va:{party}:{sector}": float(value) for sector, value in lambdas.items()}
    return Payoff(party, "political", weights, money=True)


def mercantilist(
    party: str, other: str, balance: float, output: Mapping[str, float] | None = None, ev: float = 1.0
) -> Payoff:
    """Return the mercantilist preset: EV, plus weights on the goods balance with `other` and on sectors.

    `balance` is the worth of a USD of bilateral goods balance; `output` maps sector -> worth of a USD of
    its output; `ev` is the worth of a USD of equivalent variation.
    """
    weights = {f"ev:{party}": float(ev), f"balance:{party}:{other}": float(balance)}
    weights |= {f"output:{party}:{sector}": float(value) for sector, value in (output or {}).items()}
    return Payoff(party, "mercantilist", weights, money=ev == 1)


def custom(party: str, weights: Mapping[str, float], money: bool = False) -> Payoff:
    """Return a pay-off of any weights (measure name -> weight)."""
    return Payoff(party, "custom", {name: float(value) for name, value in weights.items()}, money=money)


def measure_words(name: str) -> str:
    """Say a measure's name in words: ``va:JPN:C29`` is the real value added of C29 in JPN."""
    kind, *rest = name.split(":")
    if kind == "balance" and len(rest) == 2:
        return f"{rest[0]}'s goods balance with {rest[1]}"
    one = {"ev": "equivalent variation (real income) of {0}", "revenue": "duty revenue of {0}"}
    two = {
        "va": "real value added of {1} in {0}",
        "output": "output of {1} in {0}",
        "employment": "employment in {1} in {0}",
    }
    if kind in one and len(rest) == 1:
        return one[kind].format(*rest)
    if kind in two and len(rest) == 2:
        return two[kind].format(*rest)
    return name


def describe(payoff: Payoff) -> str:
    """Say a party's weights in sentences, to be shown before any result."""
    own = f"ev:{payoff.party}"
    parts = []
    for name, weight in payoff.weights.items():
        if name == own and weight == 1.0:
            parts.append("each USD of its equivalent variation (real income) as one")
        else:
            parts.append(f"each USD of {measure_words(name)} as {weight:g}")
    caveat = ""
    if payoff.preset == "political":
        caveat = " The sector weights are Grossman and Helpman's proper only with specific factors."
    if payoff.preset == "welfare" and parts[0].startswith("each USD of its"):
        return f"{payoff.party} (welfare) wants the largest equivalent variation, and nothing else counts."
    return f"{payoff.party} ({payoff.preset}) counts {_join(parts)}; nothing else counts.{caveat}"


def describe_spread(payoff: Payoff) -> str:
    """Say how uncertain the weights are; empty when they are taken as known."""
    if not payoff.spread:
        return ""
    alike: dict[str, list[str]] = {}
    for name, spread in sorted(payoff.spread.items()):
        alike.setdefault(spread.words, []).append(measure_words(name))
    parts = [f"{words} for {_join(names)}" for words, names in alike.items()]
    return f"{payoff.party}'s weights are drawn independently: {'; '.join(parts)}."


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
