"""What each side expects when there is no deal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import DealspaceError
from .model import Array, DealModel
from .results import NoDealResult
from .words import amount

STATUS_QUO = "status-quo"


@dataclass(frozen=True)
class NoDealTerms:
    """What happens without a deal, and how likely each branch is thought to be.

    Attributes
    ----------
    threatener
        The party whose threat it is, or None when there is no threat.
    threat
        Policy of the threat carried out.
    otherwise
        Policy when the threat is not carried out (it is extended, or its maker backs down).
    struck_down
        Policy after a court has struck the threat down.
    q
        Probability that the threat is carried out.
    s
        Probability that the measure survives in court.
    retaliation
        Policy of the threat carried out and answered, or None.
    r
        Probability that the threat, carried out, is answered.
    q_interval, s_interval
        Where q and s may lie, or None.
    """

    threatener: str | None = None
    threat: str = "no-deal"
    otherwise: str = STATUS_QUO
    struck_down: str = STATUS_QUO
    q: float = 1.0
    s: float = 1.0
    retaliation: str | None = None
    r: float = 1.0
    q_interval: tuple[float, float] | None = None
    s_interval: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name, value in (("q", self.q), ("s", self.s), ("r", self.r)):
            if not 0.0 <= value <= 1.0:
                raise DealspaceError(f"no deal: {name} is a probability and cannot be {value:g}")


@dataclass(frozen=True)
class Branches:
    """Measures (M,) of each branch of no deal, as levels."""

    carried_out: Array
    struck_down: Array
    otherwise: Array

    def expected(self, q: float, s: float) -> Array:
        """Return q [s carried out + (1-s) struck down] + (1-q) otherwise, (M,)."""
        return q * (s * self.carried_out + (1 - s) * self.struck_down) + (1 - q) * self.otherwise


def branches(model: DealModel, terms: NoDealTerms, background: str = "") -> Branches:
    """Solve the branches of no deal, under another reading of the background where one is named."""
    suffix = f"@{background}" if background else ""

    def at(policy: str) -> Array:
        return np.asarray(model.policy_values(policy + suffix), dtype=float)

    carried = at(terms.threat)
    if terms.retaliation is not None:
        carried = (1 - terms.r) * carried + terms.r * at(terms.retaliation)
    return Branches(carried, at(terms.struck_down), at(terms.otherwise))


def expect_no_deal(model: DealModel, terms: NoDealTerms, weights: Array, origin: Array) -> NoDealResult:
    """Return both sides' expected pay-off of no deal.

    Parameters
    ----------
    weights
        (2, M) weights of the parties.
    origin
        (M,) measures of the status quo.

    Raises
    ------
    NotConvergedError
        When a branch has no solution: there is then nothing to compare deals with.
    """
    parts = branches(model, terms)
    expected = parts.expected(terms.q, terms.s)
    readings = {}
    for background in getattr(model, "backgrounds", ()):
        other = branches(model, terms, background).expected(terms.q, terms.s)
        # The reading holds on every branch, so its own status quo is the zero.
        start = np.asarray(model.policy_values(f"{STATUS_QUO}@{background}"), dtype=float)
        readings[background] = weights @ (other - start)
    payoff = weights @ (expected - origin)
    ends = None
    if terms.q_interval is not None or terms.s_interval is not None:
        chances = zip(terms.q_interval or (terms.q,) * 2, terms.s_interval or (terms.s,) * 2, strict=True)
        ends = np.array([parts.expected(q, s) for q, s in chances])
    policies = {"carried out": terms.threat, "struck down": terms.struck_down, "otherwise": terms.otherwise}
    if terms.retaliation is not None:
        policies["answered"] = terms.retaliation
    return NoDealResult(
        payoff=payoff,
        carried_out=weights @ (parts.carried_out - origin),
        struck_down=weights @ (parts.struck_down - origin),
        otherwise=weights @ (parts.otherwise - origin),
        q=terms.q,
        s=terms.s,
        policies=policies,
        by_background=readings,
        measures=expected,
        words=_words(terms, model.parties, payoff),
        payoff_range=None if ends is None else (ends - origin) @ weights.T,
        measures_range=ends,
    )


def _words(terms: NoDealTerms, parties: tuple[str, str], payoff: Array) -> str:
    text = f"Without a deal '{terms.threat}' is carried out with probability {terms.q:.0%}"
    if terms.s < 1:
        text += f" and then survives in court with probability {terms.s:.0%} (else '{terms.struck_down}')"
    if terms.retaliation is not None:
        text += f", answered by '{terms.retaliation}' with probability {terms.r:.0%}"
    if terms.q < 1:
        text += f"; otherwise '{terms.otherwise}' holds"
    return f"{text}. Expected pay-off: {parties[0]} {amount(payoff[0])}, {parties[1]} {amount(payoff[1])}."
