"""Result records of solved deals: the sample, the zone, the frontier; conventions as in :mod:`.results`."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Array, Mask


@dataclass(frozen=True)
class DealPoint:
    """One solved deal (or named policy, whose ``deal`` is None).

    Attributes
    ----------
    name
        ``"status-quo"``, ``"no-deal"``, ``"best for JPN"``, an offer's name, ...
    kind
        ``"policy"``, ``"offer"``, ``"best"``, ``"solution"``, ``"final-offer"`` or ``"limit"``.
    deal
        (K,) natural units, or None for a policy.
    payoffs
        (2,) pay-offs.
    measures
        (M,) measure levels; subtract the status quo's for changes.
    """

    name: str
    kind: str
    deal: Array | None
    payoffs: Array
    measures: Array


@dataclass(frozen=True)
class Sample:
    """Deals that were solved, and their pay-offs; the cloud behind the frontier.

    Attributes
    ----------
    deals
        (B, K) deals.
    payoffs
        (B, 2) pay-offs, NaN where ``ok`` is False.
    ok
        (B,) whether the deal converged.
    uniform
        (B,) whether the deal belongs to the space-filling part, over which shares are taken.
    failed
        Number of deals that did not converge.
    reasons
        Reason -> number of deals that failed by it.
    words
        The design in words: how many points of which kind.
    """

    deals: Array
    payoffs: Array
    ok: Mask
    uniform: Mask
    failed: int
    reasons: dict[str, int]
    words: str


@dataclass(frozen=True)
class Zone:
    """The zone of possible agreement among the solved deals.

    Attributes
    ----------
    status
        ``"ok"``, ``"no-zone"`` (no solved deal beats no deal for both) or ``"failed"`` (no deal converged).
    rational
        (B,) mask over the sample: both sides at least as well off as with no deal, one strictly better.
    share, share_interval
        Share of the space-filling deals that are in the zone, with a 95 % Wilson interval.
    acceptable_to
        (2,) share of the space-filling deals each side prefers to no deal.
    best
        The best deal in the zone for each party, polished by gradient; empty when there is no zone.
    sentence
        The sentence.
    """

    status: str
    rational: Mask
    share: float
    share_interval: tuple[float, float]
    acceptable_to: Array
    best: tuple[DealPoint, ...]
    sentence: str


@dataclass(frozen=True)
class Frontier:
    """Pareto-efficient deals; each point is solved, none interpolated.

    Attributes
    ----------
    status
        ``"ok"`` or ``"failed"``.
    deals
        (F, K) deals, in order of the first party's pay-off.
    payoffs
        (F, 2) pay-offs.
    rational
        (F,) whether the point is in the zone.
    found_by
        F labels: ``"weighted"``, ``"epsilon"``, ``"sample"`` or ``"ends"``.
    dominated
        Candidates dropped because another solved deal is better for both.
    solves, gradients, failed
        Work done here, and deals that did not converge.
    sentence
        The sentence.
    """

    status: str
    deals: Array
    payoffs: Array
    rational: Mask
    found_by: tuple[str, ...]
    dominated: int
    solves: int
    gradients: int
    failed: int
    sentence: str
