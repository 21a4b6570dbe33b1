"""What bargaining reads from a term sheet: preferences, doubts about them, no deal, tabled offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .model import Array, IssueAxis
from .no_deal import NoDealTerms
from .payoffs import Payoff, Spread


@dataclass(frozen=True)
class Inputs:
    """What an analysis needs besides the model.

    Attributes
    ----------
    payoffs
        The parties' pay-offs, in the order of the model's parties.
    terms
        What happens without a deal.
    offers
        Tabled offers: name -> deal (K,).
    notes
        Sentences on what was read and how.
    """

    payoffs: tuple[Payoff, Payoff]
    terms: NoDealTerms = field(default_factory=NoDealTerms)
    offers: Mapping[str, Array] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_inputs(sheet: Any, axes: Sequence[IssueAxis]) -> Inputs:
    """Return what the analysis of a `TermSheet` with the issues `axes` needs."""
    first, second = (payoff_of(sheet, party) for party in sheet.parties)
    offers, notes = offers_of(sheet, axes)
    for payoff in (first, second):
        if payoff.party in sheet.uncertainty and not payoff.spread:
            notes += (f"The doubt about {payoff.party}'s weights has nothing to act on: it weighs only ev.",)
    return Inputs((first, second), no_deal_terms(sheet), offers, notes)


def payoff_of(sheet: Any, party: str) -> Payoff:
    """Return a party's pay-off, with its doubt as independent factors on every weight but that of ev."""
    preference = sheet.preference(party)
    other = sheet.other(party)
    weights = {term.measure(party, other): float(term.weight) for term in preference.terms}
    if has_commitments(sheet):
        # What is given outright is money: it counts as much as real income does.
        weights[f"grants:{party}"] = weights.get(f"ev:{party}", 0.0)
    doubt = sheet.uncertainty.get(party)
    if doubt is None:
        return Payoff(party, preference.preset, weights, money=weights.get(f"ev:{party}") == 1.0)
    size = float(doubt.spread)
    spread = (
        Spread("lognormal", 1.0, size, relative=True)
        if doubt.distribution == "lognormal"
        else Spread("uniform", 1.0 - size, 1.0 + size, relative=True)
    )
    return Payoff(
        party,
        preference.preset,
        weights,
        money=weights.get(f"ev:{party}") == 1.0,
        spread={name: spread for name in weights if name not in (f"ev:{party}", f"grants:{party}")},
        draws=doubt.draws,
        seed=doubt.seed,
    )


def has_commitments(sheet: Any) -> bool:
    """Whether a deal or a measure of the sheet gives something outright."""
    return any(entry.kind == "commitment" for entry in (*sheet.issues.values(), *sheet.measures.values()))


def required_measures(sheet: Any) -> tuple[str, ...]:
    """Return the measures that a model must supply for a sheet: those weighed, and those always shown."""
    names: dict[str, None] = {}
    for party in sheet.parties:
        names |= dict.fromkeys(payoff_of(sheet, party).measures)
    first, second = sheet.parties
    for party, other in ((first, second), (second, first)):
        names |= dict.fromkeys([f"ev:{party}", f"balance:{party}:{other}", f"revenue:{party}"])
    return tuple(names)


def no_deal_terms(sheet: Any) -> NoDealTerms:
    """Return what happens without a deal; the threatener is the party whose measures the threat adds."""
    part = sheet.no_deal
    chance = part.probability
    survives = part.survives
    return NoDealTerms(
        threatener=threatener_of(sheet),
        threat="no-deal",
        otherwise=part.otherwise,
        struck_down=part.struck_down,
        q=float(chance.value),
        s=1.0 if survives is None else float(survives.value),
        q_interval=_interval(chance),
        s_interval=_interval(survives),
        retaliation=part.answered,
        r=1.0 if part.answer_probability is None else float(part.answer_probability.value),
    )


def _interval(chance: Any) -> tuple[float, float] | None:
    return None if chance is None or chance.low is None else (float(chance.low), float(chance.high))


def threatener_of(sheet: Any) -> str | None:
    """Return the party that acts in the threat, itself or through a member; None without a threat."""
    by = {sheet.measures[name].by for name in sheet.threat}
    for party in sheet.parties:
        if by & {party, *sheet.groups.get(party, ())}:
            return party
    return None


def offers_of(sheet: Any, axes: Sequence[IssueAxis]) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Return the tabled offers as deals (K,), hindsight apart, and notes on issues that one leaves open."""
    offers: dict[str, Array] = {}
    notes: tuple[str, ...] = ()
    for name, offer in sheet.offers.items():
        if offer.hindsight:
            continue
        values = offer.values
        absent = [axis.name for axis in axes if axis.name not in values]
        if absent:
            notes += (f"Offer {name} leaves {', '.join(absent)} open; nothing is conceded there.",)
        offers[name] = np.array([values.get(axis.name, axis.kept) for axis in axes], dtype=float)
    return offers, notes
