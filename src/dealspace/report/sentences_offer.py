"""The sentences on the final offer, the best reply to it, and how sure all this is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dealspace.bargaining.results import FinalOffer, Offer
from dealspace.report.reading import Case
from dealspace.report.words import billions, capital, interval, join, number, share, significant


def final_offer(case: Case, party: str | None = None, *, brief: bool = False) -> list[str]:
    """Say a party's final offer (of the one that answers the threat), its odds, what it does, and who gets what."""
    final = case.bargain.final_offers.get(party or case.answerer)
    if final is None:
        return []
    who, other = case.names.the(final.party), case.names.the(final.other)
    if final.offer is None:
        return [f"{capital(who)} has no offer that is better for it than no deal and that {other} accepts in any draw."]
    offer = final.offer
    mine, _ = gains(case, offer.payoffs, final.party)
    terms = case.brief_terms(offer.deal) if brief else case.terms_and_now(offer.deal)
    sentences = [
        f"{capital(who)}: {', '.join(terms)}.",
        f"{case.names.region(final.other)} accepts {_odds(case, final, offer, brief)}; {who} then "
        f"has {billions(mine, sign=True)} of pay-off over no deal, "
        f"expected {billions(offer.value - final.no_deal, sign=True)}.",
        *_against_now(case, offer, brief),
        *_split(case, final, offer),
    ]
    if final.certain is not None and final.given_up is not None and final.given_up > 0:
        sentences.append(
            f"One accepted in {share(final.certain.acceptance)} of draws gives up {billions(final.given_up)} bn a year."
        )
    return sentences


def _odds(case: Case, final: FinalOffer, offer: Offer, brief: bool) -> str:
    """Say the acceptance with its range over the threat; the sampling interval is named as such."""
    record = next(each for each in case.bargain.payoffs if each.party == final.other)
    spread = []
    if record.uncertainty and not brief:
        spread.append(f"sampling error {interval(*offer.acceptance_interval)}")
    if final.acceptance_over_threat is not None:
        low, high = sorted(final.acceptance_over_threat)
        spread.insert(0, f"{interval(low, high)} over the threat's probability")
    if not record.uncertainty:
        return f"({'; '.join(['its weights are taken as known', *spread])})"
    return f"with {share(offer.acceptance)}" + (f" ({'; '.join(spread)})" if spread else "")


def _against_now(case: Case, offer: Offer, brief: bool) -> list[str]:
    """Say what the offer does to all that each side weighs, against the status quo."""
    names, parts = case.bargain.measure_names, []
    for record in case.bargain.payoffs:
        moves, last = [], ""
        for name in dict.fromkeys([f"ev:{record.party}", *record.weights]):
            if name not in names:
                continue
            words, kind = case.own_words(record.party, name, brief=brief), name.split(":")[0]
            if kind == last:  # the second sector of a kind need not say the kind again
                words = words.partition(" of ")[2] or words
            at = names.index(name)
            change = float(offer.measures[at] - case.bargain.status_quo[at])
            moves.append(f"{words} {billions(change, sign=True)}")
            last = kind if " of " in case.own_words(record.party, name) else ""
        if moves:
            parts.append(f"{case.names.region(record.party)} {', '.join(moves)}")
    return [f"Against the status quo: {'; '.join(parts)}; ratification is not modelled."] if parts else []


def _split(case: Case, final: FinalOffer, offer: Offer) -> list[str]:
    """Say who takes which share: of real income first where a pay-off is more than real income."""
    income, payoff = _income_split(case, final, offer), _payoff_split(case, final)
    parts = [income, payoff.replace(f"{case.names.the(final.party)} takes ", "") if "takes" in income else payoff]
    if all(record.preset == "welfare" for record in case.bargain.payoffs):
        parts = [payoff] if payoff else [income]
    text = "; ".join(part for part in parts if part)
    return [f"{capital(text)}."] if text else []


def _income_split(case: Case, final: FinalOffer, offer: Offer) -> str:
    names, order = case.bargain.measure_names, (final.party, final.other)
    if any(f"ev:{party}" not in names for party in order):
        return ""
    over = [
        float(offer.measures[names.index(f"ev:{p}")] - case.bargain.no_deal.measures[names.index(f"ev:{p}")])
        for p in order
    ]
    each = ", ".join(f"{case.names.region(p)} {billions(x, sign=True)}" for p, x in zip(order, over, strict=True))
    if min(over) < 0 or sum(over) <= 0:
        return f"real income over no deal: {each}"
    taken = share(over[0] / sum(over))
    return f"of the real income over no deal {case.names.the(final.party)} takes {taken} ({each})"


def _payoff_split(case: Case, final: FinalOffer) -> str:
    if final.surplus_share is None:
        return f"at its central weights {case.names.the(final.other)} is short of no deal by it"
    money = all(record.money for record in case.bargain.payoffs)
    whole = "of the two pay-offs added" if money else "of the two pay-offs, each as a part of the most it can be,"
    return f"{whole} {case.names.the(final.party)} takes {share(final.surplus_share)}"


def gains(case: Case, payoffs: np.ndarray, party: str) -> tuple[float, float]:
    """Return both pay-offs over no deal, that of `party` first."""
    pair = case.over_no_deal(payoffs)
    k = case.parties.index(party)
    return pair[k], pair[1 - k]


def best_reply(case: Case, party: str | None = None, *, brief: bool = False) -> list[str]:
    """Say what the other side does with the final offer as a last word, and what it offers if it can still counter."""
    final = case.bargain.final_offers.get(party or case.answerer)
    if final is None or final.offer is None:
        return []
    who, other = case.names.the(final.party), case.names.the(final.other)
    _, theirs = gains(case, final.offer.payoffs, final.party)
    does = "accept" if theirs >= 0 else "refuse"
    text = f"{capital(other)}: {does}, if this is the last word (pay-off {billions(theirs, sign=True)} over no deal)"
    sentences = [f"{text}; {_counter(case, final, brief)}."]
    if final.limit is not None and final.limit.deal is not None:
        _, most = gains(case, final.limit.payoffs, final.party)
        terms = "" if brief else f", with {join(case.terms(final.limit.deal))}"
        sentences.append(f"The most it could ask, {who} at its no deal: {billions(most, sign=True)}{terms}.")
    return sentences


def _counter(case: Case, final: FinalOffer, brief: bool) -> str:
    who = case.names.the(final.party)
    if final.counter is None:
        return f"it has no offer of its own that {who} accepts in any draw"
    mine, theirs = gains(case, final.counter.payoffs, final.party)
    row = f"the row '{case.names.offer_of(final.other)}'"
    terms = row if brief else join(case.terms(final.counter.deal))
    record = next(each for each in case.bargain.payoffs if each.party == final.party)
    chance = f" with {share(final.counter.acceptance)}" if record.uncertainty else ""
    return (
        f"if it can still counter: {terms}, which {who} accepts{chance} ("
        f"{case.names.region(final.other)} {billions(theirs, sign=True)}, {case.names.region(final.party)} "
        f"{billions(mine, sign=True)})"
    )


def how_sure(case: Case, *, brief: bool = False) -> list[str]:
    """Say what the intervals cover, the range over published elasticities, and the answer under the other closure."""
    final = case.final_offer
    draws = f"{final.draws} draws of weights" if final is not None and final.draws > 1 else "the weights"
    covers = "weights" if brief else draws
    sentences = [f"Acceptance covers {covers}, not barriers.", *_over_elasticities(case, brief)]
    for closure, points in case.analysis.checked.items():
        found = {point.name: point for point in points}
        offer = found.get(case.final_offer_of(case.answerer))
        base = found.get("no-deal")
        if offer is not None and base is not None:
            over = offer.payoffs - base.payoffs
            each = [f"{case.names.region(p)} {billions(x, sign=True)}" for p, x in zip(case.parties, over, strict=True)]
            sentences.append(f"Final offer, {closure} trade: {', '.join(each)} over no deal.")
    return sentences


def _over_elasticities(case: Case, brief: bool) -> list[str]:
    """Say how far the headline effects move across the published sets of trade elasticities."""
    sets, names = case.by_elasticities, case.names
    if len(sets) < 2:
        return []
    parts = []
    sector = case.main_sectors[0] if case.main_sectors else ""
    policy = "status-quo" if case.sheet.policies["status-quo"] else "no-deal"
    outputs = [case.set_effect(name, case.threatener, policy) for name in sets]
    if sector and all(outputs):
        values = [100 * effect.output.get(sector, np.nan) for effect in outputs if effect]
        when = "now" if policy == "status-quo" else "with no deal"
        what = (names.brief() if brief else names).within(sector)
        parts.append(f"{names.region(case.threatener)} output of {what} {when} {_range(values)}")
    incomes = [case.set_effect(name, case.answerer, "no-deal", "status-quo") for name in sets]
    if all(incomes):
        values = [100 * effect.real_income for effect in incomes if effect]
        parts.append(f"{names.region(case.answerer)} real income with no deal {_range(values)}")
    return [f"Across {len(sets)} published elasticity sets: {', '.join(parts)}."] if parts else []


def _range(values: Sequence[float]) -> str:
    """Write a range of per cents: whole ones where it is wide, else two significant figures."""
    low, high = min(values), max(values)
    if high - low >= 2:
        a, b = number(low, 0, sign=True), number(high, 0, sign=True)
    else:
        a, b = significant(low, sign=True), significant(high, sign=True)
    return f"{a} %" if a == b else f"{a} to {b} %"
