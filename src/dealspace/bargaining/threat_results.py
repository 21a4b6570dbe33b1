"""Result records of no deal and of the threat; conventions as in :mod:`.results`."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Array


@dataclass(frozen=True)
class NoDealResult:
    """What each party expects if there is no deal.

    Attributes
    ----------
    payoff
        (2,) expected pay-off d: q [s carried out + (1-s) struck down] + (1-q) otherwise.
    carried_out, struck_down, otherwise
        (2,) pay-offs of the branches.
    q, s
        Probability that the threat is carried out; probability that it survives in court.
    policies
        Policy name of each branch.
    by_background
        Name of the reading of what third countries face -> (2,) expected pay-off under it, against the
        status quo under the same reading.
    payoff_range
        (2, 2) expected pay-offs [at the low ends of q and s, at the high ends] x party, None without intervals.
    measures
        (M,) expected measures of no deal, as levels.
    measures_range
        (2, M) the same at the low and the high ends of q and s, None without intervals.
    words
        The sentence.
    """

    payoff: Array
    carried_out: Array
    struck_down: Array
    otherwise: Array
    q: float
    s: float
    policies: dict[str, str]
    by_background: dict[str, Array]
    measures: Array
    words: str
    payoff_range: Array | None = None
    measures_range: Array | None = None


@dataclass(frozen=True)
class BreakEven:
    """The weight on one measure at which carrying out the threat just pays its maker.

    Attributes
    ----------
    measure
        The measure, e.g. ``balance:USA:JPN``.
    weight_now
        The weight the party puts on it.
    weight
        Break-even weight (pay-off per USD of the measure), or None if no weight makes the threat pay.
    credible_when
        ``"above"``, ``"below"``, ``"always"`` or ``"never"``: the side of ``weight`` where the threat pays.
    change
        Expected change of the measure, threat less backing down, in the measure's unit.
    words
        The sentence.
    """

    measure: str
    weight_now: float
    weight: float | None
    credible_when: str
    change: float
    words: str


@dataclass(frozen=True)
class Credibility:
    """What carrying out the threat is worth to its maker, as numbers and never as a verdict.

    Attributes
    ----------
    threatener
        The party that threatens.
    back_down, carried_out, struck_down
        Its pay-offs of the three outcomes.
    s
        Probability that the threat survives in court.
    break_even_cost
        rho* = U(back down) - [s U(carried out) + (1-s) U(struck down)]: the cost of lost reputation above
        which it carries the threat out; zero or less means that it pays even without one.
    by_preset
        The same under each preset's weights.
    break_even
        Break-even weights, measure by measure.
    share_credible, share_interval
        Share of the weight draws under which it pays by itself (rho* <= 0), with its 95 % Wilson interval;
        None without draws.
    draws
        Number of weight draws.
    cost_quantiles
        rho* at 5, 50 and 95 % of the draws; None without draws.
    words
        The sentences.
    """

    threatener: str
    back_down: float
    carried_out: float
    struck_down: float
    s: float
    break_even_cost: float
    by_preset: dict[str, float]
    break_even: tuple[BreakEven, ...]
    share_credible: float | None
    share_interval: tuple[float, float] | None
    draws: int
    cost_quantiles: tuple[float, float, float] | None
    words: str
