"""Result records of concessions and final offers; conventions as in :mod:`.results`."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Array
from .point_results import DealPoint


@dataclass(frozen=True)
class Concession:
    """The value of one issue at one point: what it costs its giver and brings its taker.

    Attributes
    ----------
    issue, giver, taker
        The issue, the party that moves it and the other.
    step
        The step that ``cost`` and ``gain`` refer to, in the issue's unit, signed toward the concession.
    cost, gain
        Giver's loss and taker's gain per ``step``, from the gradient; a negative cost is a gain to the giver.
    ratio
        gain / cost where cost > 0, ``inf`` where the giver loses nothing and the taker gains, NaN otherwise.
    start, end
        The axis from nothing conceded to everything conceded.
    full_cost, full_gain
        The same over the whole range, by solving both ends with the other issues held; NaN if one failed.
    kind
        ``"trade"`` (costs one, helps the other), ``"both-gain"``, ``"both-lose"`` or ``"giver-gains"``.
    """

    issue: str
    giver: str
    taker: str
    step: float
    cost: float
    gain: float
    ratio: float
    start: float
    end: float
    full_cost: float
    full_gain: float
    kind: str


@dataclass(frozen=True)
class ConcessionTable:
    """Concessions at one point, the cheapest per unit of the taker's gain first.

    Attributes
    ----------
    point
        Name of the point.
    status
        ``"ok"`` or ``"failed"`` (the point did not converge; ``rows`` is then empty).
    deal
        (K,) where the gradient was taken (the point itself or the nearest of the issue box).
    rows
        One per issue.
    swaps
        Pairs (issue of one, issue of the other) that leave both better off at the margin, best first.
    sentence
        The sentence; says when the point had to be moved into the issue box.
    """

    point: str
    status: str
    deal: Array
    rows: tuple[Concession, ...]
    swaps: tuple[tuple[str, str], ...]
    sentence: str


@dataclass(frozen=True)
class Offer:
    """A deal put to the other side, judged over draws of its weights.

    Attributes
    ----------
    deal
        (K,) natural units.
    payoffs
        (2,) at the central weights.
    acceptance, acceptance_interval
        Share of the draws in which the other side accepts (its pay-off is at least its no deal), unsmoothed,
        with its 95 % Wilson interval.
    value, value_interval
        Offering party's expected pay-off: E[1{accepted} (U - d)] + E[d], with a 95 % bootstrap interval.
    measures
        (M,) measure levels.
    """

    deal: Array
    payoffs: Array
    acceptance: float
    acceptance_interval: tuple[float, float]
    value: float
    value_interval: tuple[float, float]
    measures: Array


@dataclass(frozen=True)
class FinalOffer:
    """The best take-it-or-leave-it offer of one party.

    Attributes
    ----------
    party, other
        Who offers, and to whom.
    status
        ``"ok"``, ``"no-zone"`` (nothing that some draw accepts is worth offering) or ``"failed"``.
    offer
        The recommended offer, None without one.
    no_deal
        Expected pay-off of the offering party without a deal, E[d].
    surplus_share
        Its share of the gains at the offer and the central weights: of (u-d)/(a-d) of both, or of the added gains
        when both pay-offs are money; None when there is no zone or a side would lose by the offer.
    certain
        The best offer among those accepted in at least ``Settings.certainty`` of the draws; None if none is.
    given_up
        What that certainty costs in expected value (``offer.value - certain.value``); None without.
    alternatives
        Next-best offers, distinct from each other, best first.
    counter
        The other side's own best offer, were it to counter instead of answering; None if it has none.
    limit
        The most the other side could ask: the deal best for it at its central weights that still leaves the
        offering party at its no deal; None if there is none.
    acceptance_over_threat
        Acceptance of the offer at the low and at the high end of how likely the threat is to be carried out and
        to stand in court; None when the sheet gives no interval.
    draws
        Number of weight draws.
    words
        The explanation ("Offer ..., because ...").
    """

    party: str
    other: str
    status: str
    offer: Offer | None
    no_deal: float
    surplus_share: float | None
    certain: Offer | None
    given_up: float | None
    alternatives: tuple[Offer, ...]
    counter: Offer | None
    limit: DealPoint | None
    acceptance_over_threat: tuple[float, float] | None
    draws: int
    words: str
