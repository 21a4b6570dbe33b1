"""The sentences of the briefing and the report: one question each, a list of whole sentences back."""

from __future__ import annotations

import math

import numpy as np

from dealspace.report.reading import Case, Effect
from dealspace.report.tables_deal import unit_step
from dealspace.report.tables_source import say_act
from dealspace.report.words import billions, capital, day, interval, join, moves, number, percent, share


def stake(case: Case) -> list[str]:
    """Say the goods deficit with its basis, the other bases, and what it is made of."""
    found, names = case.analysis.stake, case.names
    if found.deficit <= 0:
        return [f"Goods trade between {names.the(found.deficit_of)} and {names.the(found.partner)} is balanced."]
    deficit = billions(found.deficit)
    text = (
        f"{capital(names.possessive(found.deficit_of))} goods deficit with {names.the(found.partner)} is {deficit} bn "
        f"(imports {billions(found.imports)} less exports {billions(found.exports)}: {found.basis})"
    )
    others = [
        f"{basis.value.removesuffix(' bn USD')} as {basis.statement}"
        for basis in found.other_bases
        if "deficit" in basis.name and basis.value.split()[0] != deficit
    ]
    sentences = [text + (f"; {join(others)}." if others else ".")]
    top = [piece for piece in found.pieces if piece.share >= 0.05][:3]
    if top:
        parts = [
            f"{names.within(piece.sector)} {'are ' if k == 0 else ''}{share(piece.share)}{' of it' if k == 0 else ''}"
            for k, piece in enumerate(top)
        ]
        sentences.append(f"{capital(join(parts))}{_surplus(case)}.")
    return sentences


def _surplus(case: Case) -> str:
    least = min(case.analysis.stake.pieces, key=lambda piece: piece.deficit)
    if least.share > -0.05:
        return ""
    return f", less a surplus of {share(-least.share)} in {case.names.within(least.sector)}"


def no_deal(case: Case) -> list[str]:
    """Say what the threat is, what it does when carried out, and what each side expects without a deal."""
    effects = [case.effect(party, "no-deal", case.analysis.closure) for party in case.parties]
    if any(effect is None for effect in effects):
        return ["The threat carried out has no equilibrium, so nothing can be said of it.", *case.unsolved()]
    what = _threat_in_words(case)
    sentences = [f"{what}: {join(loses(case, effect) for effect in effects if effect)}{_others(case)}."]
    return [*sentences, *_expected(case)]


def loses(case: Case, effect: Effect) -> str:
    """Say ``Japan loses 3.1 bn (0.07 % of real income)``."""
    amount = f"{billions(abs(effect.gain))} bn"
    if round(abs(100 * effect.real_income), 2) > 0:
        amount += f" ({percent(abs(effect.real_income))} of real income)"
    return f"{case.names.the(effect.place)} {moves(effect.gain)} {amount}"


def _threat_in_words(case: Case) -> str:
    acts = [case.sheet.measures[name] for name in case.sheet.threat]
    if not acts:
        return "No measure is threatened and no deal is the status quo"
    act = acts[0]
    what = f"{say_act(act)} on {_products(str(act.products))}"
    when = f" from {day(act.from_)}" if act.from_ else ""
    more = f", and {len(acts) - 1} more measures" if len(acts) > 1 else ""
    return f"{what}{when}{more}, against the status quo"


def _products(text: str) -> str:
    return text.replace("all-goods", "all goods").replace("list:", "list ").replace("hs:", "HS ")


def _others(case: Case) -> str:
    shown = [effect for effect in case.most_affected("no-deal", 3) if round(100 * abs(effect.real_income), 2) > 0]
    if not shown:
        return ""
    parts = [f"{case.names.the(effect.place)} {percent(effect.real_income, sign=True)}" for effect in shown]
    return f"; others most moved: {join(parts)}"


def _expected(case: Case) -> list[str]:
    found = case.bargain.no_deal
    if not case.sheet.threat:
        return []
    odds = f"carried out with probability {share(found.q)}"
    if found.s < 1:
        odds += f", upheld in court with {share(found.s)}"
    each = [
        f"{case.names.the(party)} {billions(found.payoff[k], sign=True)}{_reach(found.payoff_range, k)}"
        for k, party in enumerate(case.parties)
    ]
    return [f"Expected pay-offs ({odds}): {join(each)}."]


def _reach(ends: np.ndarray | None, k: int) -> str:
    if ends is None or not np.isfinite(ends).all():
        return ""
    low, high = sorted(float(end[k]) for end in ends)
    return f" ({billions(low, sign=True)} to {billions(high, sign=True)})"


def weights(case: Case) -> list[str]:
    """Say what each party's pay-off is made of."""
    sentences = []
    for record in case.bargain.payoffs:
        own, parts, last = f"ev:{record.party}", [], ""
        for name, weight in record.weights.items():
            words = _own_words(case, record.party, name)
            kind = name.split(":")[0]
            if kind == last:  # the second sector of a kind need not say the kind again
                words = words.partition(" of ")[2] or words
            parts.append(words if (name, weight) == (own, 1) else f"{weight:g} x {words}")
            last = kind if " of " in _own_words(case, record.party, name) else ""
        sentences.append(f"{capital(case.names.the(record.party))} ({record.preset}): {' + '.join(parts)}.")
    return sentences


def _own_words(case: Case, party: str, name: str) -> str:
    words = case.names.measure(name).replace(f"{case.names.possessive(party)} ", "")
    return words.replace(f" in {case.names.the(party)}", "")


def threat(case: Case) -> list[str]:
    """Say what carrying out the threat is worth to its maker, as numbers and not as a verdict."""
    found = case.bargain.credibility
    if found is None:
        return ["Nothing is threatened."]
    who, cost = case.names.the(found.threatener), found.break_even_cost
    verb = "costs" if cost > 0 else "brings"
    sentence = f"Carrying it out {verb} {who} {billions(abs(cost))} bn a year more than backing down"
    spread = []
    if found.cost_quantiles is not None:
        low, high = sorted(-q if cost <= 0 else q for q in (found.cost_quantiles[0], found.cost_quantiles[2]))
        spread.append(f"{billions(low)} to {billions(high)} in 90 % of {found.draws} draws of its weights")
    if found.share_credible is not None and found.share_interval is not None:
        spread.append(f"it pays by itself in {share(found.share_credible)}, {interval(*found.share_interval)}")
    sentence += f" ({'; '.join(spread)})" if spread else ""
    sentences = [sentence + _presets(case) + "."]
    return [*sentences, *([_break_even(case)] if found.break_even else [])]


def _presets(case: Case) -> str:
    found = case.bargain.credibility
    if found is None or found.by_preset.get("welfare") in (None, found.break_even_cost):
        return ""
    cost = found.by_preset["welfare"]
    return f"; on real income alone it {'costs' if cost > 0 else 'brings'} {billions(abs(cost))}"


def _break_even(case: Case) -> str:
    """Say at which weight on the balance, else on the first outcome with one, the threat just pays."""
    found = case.bargain.credibility
    evens = [even for even in found.break_even if not even.measure.startswith("ev:")] if found else []
    evens.sort(key=lambda even: not even.measure.startswith("balance:"))
    if not evens or found is None:
        return ""
    even = evens[0]
    what = f"a USD of {_own_words(case, found.threatener, even.measure)}"
    now = f"(now {even.weight_now:.2g})"
    if even.weight is None or even.credible_when in ("always", "never"):
        always = even.credible_when == "always"
        return f"It pays {'whatever' if always else 'at no weight that'} {what} is worth to it {now}."
    if even.credible_when == "above" and even.weight <= 0:
        return f"It pays even if {what} is worth nothing to it {now}."
    side = "more" if even.credible_when == "above" else "less"
    return f"It pays by itself if {what} is worth {side} than {number(even.weight, 2)} USD of real income to it {now}."


def room(case: Case) -> list[str]:
    """Say which share of packages both sides prefer to no deal, and what each can gain at best."""
    zone = case.bargain.zone
    first, second = (case.names.the(party) for party in case.parties)
    if zone.status == "failed":
        return ["No deal has no equilibrium, so the room for a deal is not known."]
    likes = (
        f"{first} prefers {share(float(zone.acceptable_to[0]))} of packages to no deal, {second} "
        f"{share(float(zone.acceptable_to[1]))}"
    )
    if zone.status != "ok":
        return [f"No package beats no deal for both; {likes}.", *_nearest(case)]
    best = {point.name: case.over_no_deal(point.payoffs) for point in zone.best}
    tops = [max((gain[k] for gain in best.values()), default=math.nan) for k in (0, 1)]
    some = f"{capital(share(zone.share))} of packages" if zone.share > 0 else "Hardly any package"
    return [
        f"{some} ({interval(*zone.share_interval)}) beats no deal for both; {likes}."
        if zone.share <= 0
        else f"{some} ({interval(*zone.share_interval)}) beat no deal for both; {likes}.",
        f"Without the other losing, {first} gains at most {billions(tops[0])} bn over no deal and {second} "
        f"{billions(tops[1])} bn.",
    ]


def _nearest(case: Case) -> list[str]:
    """Say how far the nearest solved deal is from being acceptable to both."""
    solved = np.vstack([case.bargain.frontier.payoffs, case.bargain.sample.payoffs[case.bargain.sample.ok]])
    short = solved - case.bargain.no_deal.payoff
    if not len(short):
        return []
    nearest = short[np.argmax(short.min(axis=1))]
    loser = int(np.argmin(nearest))
    return [
        f"The nearest leaves {case.names.the(case.parties[loser])} {billions(-nearest[loser])} bn short of no deal and "
        f"{case.names.the(case.parties[1 - loser])} at {billions(nearest[1 - loser], sign=True)}, so no "
        "solution exists."
    ]


def concessions(case: Case) -> list[str]:
    """Say what one point of each concession costs its giver and brings the other, at the status quo."""
    point = "status-quo" if "status-quo" in case.bargain.concessions else next(iter(case.bargain.concessions), None)
    if point is None or not case.bargain.concessions[point].rows:
        return []
    parts, step = [], ""
    for row in case.bargain.concessions[point].rows:
        step, size = unit_step(case, row)
        parts.append(f"{case.short(row.issue)} ({_mn(-row.cost * size)} / {_mn(row.gain * size)})")
    unit = "a point" if step == "1 point" else "a step"
    return [f"Value of {unit} to giver / taker in mn USD a year, cheapest first: {join(parts)}."]


def _mn(value: float) -> str:
    return number(value, 0 if abs(value) >= 9.95 else 1, sign=True)


def final_offer(case: Case, party: str | None = None) -> list[str]:
    """Say a party's final offer (of the one that answers the threat), its odds, worth and share of the surplus."""
    final = case.bargain.final_offers.get(party or case.answerer)
    if final is None:
        return []
    who, other = case.names.the(final.party), case.names.the(final.other)
    if final.offer is None:
        return [f"{capital(who)} has no offer that is better for it than no deal and that {other} accepts in any draw."]
    offer = final.offer
    mine, _ = _gains(case, offer.payoffs, final.party)
    sentences = [
        f"{capital(who)}: {join(case.terms(offer.deal))}.",
        f"{capital(other)} accepts {_odds(case, final.other, offer)}; {who} then gains "
        f"{billions(mine, sign=True)} over no deal, in expectation {billions(offer.value - final.no_deal, sign=True)}.",
    ]
    if final.surplus_share is not None and final.surplus_share <= 1:
        sentences.append(f"It keeps {share(final.surplus_share)} of the joint gains.")
    elif final.surplus_share is not None:
        sentences.append(f"At its central weights {other} would lose by it.")
    if final.certain is not None and final.given_up is not None and final.given_up > 0:
        sentences.append(
            f"An offer accepted in {share(final.certain.acceptance)} of draws gives up "
            f"{billions(final.given_up)} of that."
        )
    return sentences


def _odds(case: Case, party: str, offer: object) -> str:
    record = next(each for each in case.bargain.payoffs if each.party == party)
    if not record.uncertainty:
        return "(its weights are taken as known)"
    low, high = offer.acceptance_interval  # type: ignore[attr-defined]
    return f"with probability {share(offer.acceptance)} ({interval(low, high)})"  # type: ignore[attr-defined]


def _gains(case: Case, payoffs: np.ndarray, party: str) -> tuple[float, float]:
    """Return both gains over no deal, those of `party` first."""
    pair = case.over_no_deal(payoffs)
    k = case.parties.index(party)
    return pair[k], pair[1 - k]


def best_reply(case: Case, party: str | None = None, *, in_full: bool = True) -> list[str]:
    """Say what the other side does with the final offer at its central weights, and what it would put against it."""
    final = case.bargain.final_offers.get(party or case.answerer)
    if final is None or final.offer is None:
        return []
    who, other = case.names.the(final.party), case.names.the(final.other)
    _, theirs = _gains(case, final.offer.payoffs, final.party)
    does = "accept, and gain" if theirs >= 0 else "refuse, being short of its no deal by"
    sentences = [f"{capital(other)}: at its central weights {does} {billions(abs(theirs))}."]
    if final.counter is not None and final.counter.deal is not None:
        mine, theirs = _gains(case, final.counter.payoffs, final.party)
        terms = join(case.terms(final.counter.deal)) if in_full else f"the row '{final.other} counter' above"
        sentences.append(
            f"Counter-offer to expect: {terms} ({other} {billions(theirs, sign=True)}, "
            f"{who} {billions(mine, sign=True)} over no deal)."
        )
    else:
        sentences.append(f"It has no counter-offer that leaves {who} as well off as no deal.")
    return sentences


def how_sure(case: Case) -> list[str]:
    """Say what the intervals cover, what is taken as known, and how the answer changes under the other closure."""
    final = case.final_offer
    draws = f"{final.draws} draws of the weights" if final is not None and final.draws > 1 else "the weights"
    sentences = [f"Intervals (95 %) cover {draws} only, not trade elasticities or barriers."]
    for closure, points in case.analysis.checked.items():
        found = {point.name: point for point in points}
        offer = found.get(case.final_offer_of(case.answerer))
        base = found.get("no-deal")
        if offer is not None and base is not None:
            over = offer.payoffs - base.payoffs
            each = [f"{case.names.the(p)} {billions(x, sign=True)}" for p, x in zip(case.parties, over, strict=True)]
            sentences.append(f"Under {closure} trade the final offer gives {join(each)} over no deal.")
    return sentences
