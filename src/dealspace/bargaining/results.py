"""What an analysis of a negotiation returns: frozen records of plain numbers and sentences.

Conventions. P = 2 parties, in the order of ``Bargain.parties``; K issues in the order of
``Bargain.issues``; M measures in the order of ``Bargain.measure_names``. Deals are in natural units
(rates as fractions). Pay-offs are annual, changes against the status quo, in USD million where the
party's weights are money (``PayoffRecord.money``) and in weighted USD million otherwise. Every
``sentence`` or ``words`` can be shown as it stands. A result whose ``status`` is not ``"ok"`` holds None
or NaN for its numbers and says why in its sentence.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .model import Array, IssueAxis
from .offer_results import Concession, ConcessionTable, FinalOffer, Offer
from .point_results import DealPoint, Frontier, Sample, Zone
from .settings import Settings
from .threat_results import BreakEven, Credibility, NoDealResult

__all__ = [
    "Bargain",
    "BargainingSolution",
    "BreakEven",
    "Concession",
    "ConcessionTable",
    "Credibility",
    "DealPoint",
    "FinalOffer",
    "Frontier",
    "NoDealResult",
    "Offer",
    "PayoffRecord",
    "Sample",
    "Settings",
    "Zone",
    "plain",
]


@dataclass(frozen=True)
class PayoffRecord:
    """A party's pay-off as used: U = sum of weights x (measure - its status-quo value).

    Attributes
    ----------
    party, preset
        Who, and ``welfare``, ``political``, ``mercantilist`` or ``custom``.
    weights
        Weight of each measure that has one (USD of pay-off per USD million of the measure is 1 for EV).
    money
        Whether the pay-off is money, so that the parties' pay-offs may be added or compared.
    words
        The weights in sentences.
    uncertainty
        The distribution of the weights in words, empty when they are taken as known.
    """

    party: str
    preset: str
    weights: dict[str, float]
    money: bool
    words: str
    uncertainty: str = ""


@dataclass(frozen=True)
class BargainingSolution:
    """One axiomatic solution.

    Attributes
    ----------
    name
        ``"nash"``, ``"kalai-smorodinsky"`` or ``"egalitarian"``.
    status
        ``"ok"``, ``"no-zone"``, ``"degenerate"`` (a side can gain nothing: the solution stands, its axis is
        left out), ``"not-money"`` (pay-offs cannot be compared) or ``"failed"``.
    over
        ``"lotteries"`` (convex hull of the solved deals) or ``"deals"``.
    deals
        (L, K) the one deal, or the two of the lottery; (0, K) without a solution.
    probabilities
        (L,) adding to one.
    deal_payoffs
        (L, 2) pay-offs of these deals.
    payoffs
        (2,) expected pay-offs; NaN without a solution.
    disagreement, ideal
        (2,) pay-offs d of no deal, and a, the best of each side over the individually rational set.
    gains
        (2,) payoffs - disagreement.
    normalised
        (2,) (u - d) / (a - d), NaN on an axis where a = d.
    beta
        Nash weight of the first party (nash only, else None).
    sentence
        The sentence.
    """

    name: str
    status: str
    over: str
    deals: Array
    probabilities: Array
    deal_payoffs: Array
    payoffs: Array
    disagreement: Array
    ideal: Array
    gains: Array
    normalised: Array
    beta: float | None
    sentence: str


@dataclass(frozen=True)
class Bargain:
    """Everything one analysis found.

    Attributes
    ----------
    status
        ``"ok"``, ``"no-zone"`` or ``"failed"``.
    parties, issues, measure_names
        The axes of every array.
    settings
        What was asked for, seed and sizes.
    payoffs
        Each party's weights, in words.
    status_quo
        (M,) measure levels of the status quo, the origin of all pay-offs.
    no_deal, credibility, sample, zone, frontier
        As their classes say; ``credibility`` is None when the sheet has no threat.
    solutions
        By name: ``nash``, ``kalai-smorodinsky``, ``egalitarian``.
    concessions
        By point: ``status-quo``, ``no-deal`` and each tabled offer.
    final_offers
        By party.
    points
        Every named point with its measures, so that third parties' pay-offs can be shown.
    solves, gradients, failed
        Work done in all, and deals that did not converge.
    seconds
        Wall-clock time of each stage.
    notes
        Sentences on what was left out or moved.
    """

    status: str
    parties: tuple[str, str]
    issues: tuple[IssueAxis, ...]
    measure_names: tuple[str, ...]
    settings: Settings
    payoffs: tuple[PayoffRecord, PayoffRecord]
    status_quo: Array
    no_deal: NoDealResult
    credibility: Credibility | None
    sample: Sample
    zone: Zone
    frontier: Frontier
    solutions: dict[str, BargainingSolution]
    concessions: dict[str, ConcessionTable]
    final_offers: dict[str, FinalOffer]
    points: tuple[DealPoint, ...]
    solves: int
    gradients: int
    failed: int
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def change(self, point: DealPoint, measure: str) -> float:
        """Return the change of a measure against the status quo at a point, in the measure's unit."""
        column = self.measure_names.index(measure)
        return float(point.measures[column] - self.status_quo[column])


def plain(result: Any) -> Any:
    """Turn a result into what JSON can carry; NaN and infinity become None."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return {item.name: plain(getattr(result, item.name)) for item in dataclasses.fields(result)}
    if isinstance(result, dict):
        return {str(key): plain(value) for key, value in result.items()}
    if isinstance(result, np.ndarray):
        return plain(result.tolist())
    if isinstance(result, (list, tuple)):
        return [plain(value) for value in result]
    if isinstance(result, np.generic):
        return plain(result.item())
    if isinstance(result, float) and not math.isfinite(result):
        return None
    return result
