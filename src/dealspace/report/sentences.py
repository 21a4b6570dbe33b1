"""The sentences of the briefing and the report up to the concessions: a list of whole sentences a question."""

from __future__ import annotations

import math

import numpy as np

from dealspace.bargaining.results import Concession
from dealspace.report.reading import Case, Effect
from dealspace.report.tables_deal import unit_step
from dealspace.report.threat_words import say_threat
from dealspace.report.words import billions, capital, interval, join, number, percent, share, significant

BACKGROUNDS = {
    "letters-applied": "With the threats to third countries applied too",
    "in-force": "With third countries facing only what is in force",
}
_SHOWN = 0.05  # share of the deficit from which a piece is named; surpluses from twice that


def stake(case: Case, *, brief: bool = False) -> list[str]:
    """Say the goods deficit with its basis, the other bases, and what it is made of."""
    found, names = case.analysis.stake, case.names
    if found.deficit <= 0:
        return [f"Goods trade between {names.the(found.deficit_of)} and {names.the(found.partner)} is balanced."]
    deficit = billions(found.deficit)
    text = (
        f"{capital(names.possessive(found.deficit_of))} goods deficit with {names.the(found.partner)} is {deficit} bn "
        f"(imports {billions(found.imports)}, exports {billions(found.exports)}: {found.basis})"
    )
    others = [
        f"{basis.value.removesuffix(' bn USD')} as {basis.statement.rpartition(', ')[2]}"
        for basis in found.other_bases
        if "deficit" in basis.name and basis.value.split()[0] != deficit
    ]
    return [text + (f"; {join(others)}." if others else "."), *_makeup(case, brief)]


def _makeup(case: Case, brief: bool) -> list[str]:
    """Say what the deficit is made of, with a remainder so that the rounded shares add up to 100 %."""
    pieces = case.analysis.stake.pieces
    weighed = [piece for piece in pieces if piece.sector in case.weighed_sectors]
    top = [piece for piece in pieces if piece.share >= _SHOWN][:3]
    least = [piece for piece in pieces[-1:] if piece.share <= -2 * _SHOWN]
    named = list({piece.sector: piece for piece in [*top, *weighed, *least]}.values())
    if not named:
        return []
    shares = [round(100 * piece.share) for piece in named]
    names = case.names.brief() if brief else case.names
    parts = [f"{names.within(p.sector)} {number(s, 0)} %" for p, s in zip(named, shares, strict=True)]
    rest = f"the other goods net to {number(100 - sum(shares), 0)} %" if len(named) < len(pieces) else ""
    return [f"Of it: {', '.join([*parts, *([rest] if rest else [])])}."]


def no_deal(case: Case, *, brief: bool = False) -> list[str]:
    """Say what the threat is, what it does when carried out, and what each side expects without a deal."""
    effects = [case.effect(party, "no-deal", case.analysis.closure) for party in case.parties]
    if any(effect is None for effect in effects):
        return ["The threat carried out has no equilibrium, so nothing can be said of it.", *case.unsolved()]
    what = say_threat(case, brief=brief)
    moved = ", ".join(real_income(case, effect) for effect in effects if effect)
    sentences = [f"{what}: real income of {moved}{_others(case, 2 if brief else 3)}."]
    return [*sentences, *_short_run(case, brief), *_expected(case)]


def _short_run(case: Case, brief: bool) -> list[str]:
    """Say what the threat does while capital stays in place and buyers are slow, and how far to trust that."""
    effects = [case.horizon_effect("short", party, "no-deal") for party in case.parties]
    if not all(effects):
        return []
    told = f"Short run: {', '.join(real_income(case, effect) for effect in effects if effect)}."
    if brief:
        return [told]
    caution = (
        "Buyers who cannot switch leave much of a duty to the sellers, so a large importer's terms of trade gain in "
        "the short run what they do not in the long: these figures hang on the low elasticities of that run."
    )
    return [told, caution]


def real_income(case: Case, effect: Effect) -> str:
    """Say ``Japan −3.1 bn (−0.07 %)``."""
    amount = f"{billions(effect.gain, sign=True)} bn"
    if round(abs(100 * effect.real_income), 2) > 0:
        amount += f" ({percent(effect.real_income, sign=True)})"
    return f"{case.names.region(effect.place)} {amount}"


def _others(case: Case, count: int) -> str:
    shown = [effect for effect in case.most_affected("no-deal", count) if abs(effect.gain) >= 5]
    if not shown:
        return ""
    return f"; others most moved: {', '.join(real_income(case, effect) for effect in shown)}"


def _expected(case: Case) -> list[str]:
    found = case.bargain.no_deal
    if not case.sheet.threat:
        return []
    odds = f"{share(found.q)} carried out"
    if found.s < 1:
        odds += f", {share(found.s)} upheld in court"
    each = [
        f"{case.names.region(party)} {billions(found.payoff[k], sign=True)}{_reach(found.payoff_range, k)}"
        for k, party in enumerate(case.parties)
    ]
    reach = "; brackets: over their intervals" if "(" in each[0] else ""
    sentences = [f"Expected pay-offs ({odds}{reach}): {', '.join(each)}."]
    for name, payoff in found.by_background.items():
        pair = [billions(u, sign=True) for u in payoff]
        sentences.append(f"{BACKGROUNDS.get(name, f'Under the reading {name}')}: {', '.join(pair)}.")
    return sentences


def _reach(ends: np.ndarray | None, k: int) -> str:
    if ends is None or not np.isfinite(ends).all():
        return ""
    low, high = sorted(float(end[k]) for end in ends)
    return f" ({billions(low, sign=True)} to {billions(high, sign=True)})"


def weights(case: Case, *, brief: bool = False) -> list[str]:
    """Say what each party's pay-off is made of."""
    sentences = []
    for record in case.bargain.payoffs:
        own, parts, last = f"ev:{record.party}", [], ""
        for name, weight in record.weights.items():
            words = case.own_words(record.party, name, brief=brief)
            kind = name.split(":")[0]
            if kind == last:  # the second sector of a kind need not say the kind again
                words = words.partition(" of ")[2] or words
            parts.append(words if (name, weight) == (own, 1) else f"{weight:g} x {words}")
            last = kind if " of " in case.own_words(record.party, name) else ""
        sentences.append(f"{case.names.region(record.party)} ({record.preset}): {' + '.join(parts)}.")
    return sentences


def threat(case: Case, *, brief: bool = False) -> list[str]:
    """Say what carrying out the threat is worth to its maker, as numbers and not as a verdict."""
    found = case.bargain.credibility
    if found is None:
        return ["Nothing is threatened."]
    who, worth = case.names.the(found.threatener), -found.break_even_cost
    court = f" (courts included: {share(1 - found.s)} that it falls)" if found.s < 1 else ""
    sentence = (
        f"In expectation{court} carrying it out gives {who} {billions(worth, sign=True)} of pay-off over backing down"
    )
    spread = []
    if found.cost_quantiles is not None:
        low, high = sorted((-found.cost_quantiles[0], -found.cost_quantiles[2]))
        spread.append(f"{billions(low, sign=True)} to {billions(high, sign=True)} in 90 % of {found.draws} draws")
    if found.share_credible is not None and found.share_interval is not None:
        error = "" if brief else f", sampling error {interval(*found.share_interval)}"
        spread.append(f"above zero in {share(found.share_credible)}{error}")
    sentence += f" ({'; '.join(spread)})" if spread else ""
    sentences = [f"{sentence}{_welfare_alone(case)}."]
    return [*sentences, *([_break_even(case)] if found.break_even else [])]


def _welfare_alone(case: Case) -> str:
    found = case.bargain.credibility
    if found is None or found.by_preset.get("welfare") in (None, found.break_even_cost):
        return ""
    return f"; real income alone {billions(-found.by_preset['welfare'], sign=True)}"


def _break_even(case: Case) -> str:
    """Say at which weight on the balance, else on the first outcome with one, the threat just pays."""
    found = case.bargain.credibility
    evens = [even for even in found.break_even if not even.measure.startswith("ev:")] if found else []
    evens.sort(key=lambda even: not even.measure.startswith("balance:"))
    if not evens or found is None:
        return ""
    even = evens[0]
    what = f"a USD of {case.own_words(found.threatener, even.measure)}"
    now = f"(now {even.weight_now:.2g})"
    if even.weight is None or even.credible_when in ("always", "never"):
        always = even.credible_when == "always"
        return f"It pays {'whatever' if always else 'at no weight that'} {what} is worth to it {now}."
    if even.credible_when == "above" and even.weight <= 0:
        return f"It pays even if {what} is worth nothing to it {now}."
    side = "more" if even.credible_when == "above" else "less"
    return (
        f"It pays if {what} is worth {side} than {significant(even.weight)} of real income to it {now}. The weight is "
        "itself an assumption (docs: assumptions): read the break-even, not the sign."
    )


def room(case: Case, *, brief: bool = False) -> list[str]:
    """Say which share of packages both sides prefer to no deal, and what each can get at best."""
    zone = case.bargain.zone
    first, second = (case.names.the(party) for party in case.parties)
    if zone.status == "failed":
        return ["No deal has no equilibrium, so the room for a deal is not known."]
    likes = f"{share(float(zone.acceptable_to[0]))} for {first}, {share(float(zone.acceptable_to[1]))} for {second}"
    if zone.status != "ok":
        return [f"No package beats no deal for both; {likes}.", *_nearest(case)]
    best = {point.name: case.over_no_deal(point.payoffs) for point in zone.best}
    tops = [max((gain[k] for gain in best.values()), default=math.nan) for k in (0, 1)]
    one, two = (case.names.region(party) for party in case.parties)
    error = "" if brief else f" (95 % sampling interval {interval(*zone.share_interval)})"
    some = f"{capital(share(zone.share))} of packages" if zone.share > 0 else "Hardly any package"
    verb = "beat" if zone.share > 0 else "beats"
    return [
        f"{some}{error} {verb} no deal for both; {likes}.",
        f"Best pay-offs over no deal, the other at its own: {one} {billions(tops[0], sign=True)}, {two} "
        f"{billions(tops[1], sign=True)}.",
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


BRIEF_ISSUES = 6  # issues that the briefing tells; the report has them all


def concessions(case: Case, *, brief: bool = False) -> list[str]:
    """Say what one point and the whole range of each concession are worth to giver and taker, at the status quo."""
    point = "status-quo" if "status-quo" in case.bargain.concessions else next(iter(case.bargain.concessions), None)
    if point is None or not case.bargain.concessions[point].rows:
        return []
    rows = sorted(case.bargain.concessions[point].rows, key=_worth, reverse=True)
    left = len(rows) - BRIEF_ISSUES if brief else 0
    if left > 0:
        largest = sorted(rows, key=lambda row: -abs(row.full_gain))[:BRIEF_ISSUES]
        rows = [row for row in rows if row in largest]
    parts = []
    for row in rows:
        step, size = unit_step(case, row)
        per = "" if step == "1 point" else f" (per {step})"
        parts.append(
            f"{row.issue.replace('-', ' ') if brief else case.plain(row.issue)}{per} "
            f"{_mn(-row.cost * size)} / {_mn(row.gain * size)} ("
            f"{_mn(-row.full_cost)} / {_mn(row.full_gain)})"
        )
    cut = any(case.is_cut(row.issue) for row in rows)
    explained = "; a point of a cut is 1 % of the duty" if cut else ""
    return [
        f"Pay-off of giver / taker from a point at today's rates (the whole range), mn USD a year, best value first, "
        f"plus is better{explained}: {', '.join(parts)}{f'; {left} smaller ones in the report' if left > 0 else ''}."
    ]


def _worth(row: Concession) -> tuple[float, float]:
    """Order by what the taker gets for each USD that the giver pays."""
    return (row.ratio if not math.isnan(row.ratio) else -math.inf, row.gain / abs(row.step))


def _mn(value: float) -> str:
    return number(value, 0 if abs(value) >= 9.95 else 1, sign=True)
