"""Rules about what is negotiated: dates, issues, offers, weights, no deal, sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel

from dealspace.errors import Fault, near_matches
from dealspace.termsheet.base import Source
from dealspace.termsheet.checks import Context
from dealspace.termsheet.quantities import first_day
from dealspace.termsheet.reading import Place
from dealspace.termsheet.units import natural, unit_of

if TYPE_CHECKING:
    from dealspace.termsheet.acts import Issue
    from dealspace.termsheet.quantities import Quantity


def inputs_are_known_by_then(context: Context) -> Iterator[Fault]:
    """No input is later than the day the sheet stands on."""
    if context.draft.lost("as_of"):
        return
    sheet, day = context.sheet, context.sheet.as_of
    for name, act in sheet.measures.items():
        if act.announced and act.announced > day and not act.hindsight:
            message = f"{act.announced} is after as_of ({day}): that is hindsight; write hindsight: true"
            yield context.fault(("measures", name, "announced"), message)
    for policy in ("before", "status-quo"):
        for name in sheet.policies.get(policy, ()):
            yield from _in_force(context, policy, name)
    inputs = {policy: sheet.policies.get(policy, ()) for policy in ("before", "status-quo", "no-deal")}
    for policy, names in inputs.items():
        for name in names:
            if name in sheet.measures and sheet.measures[name].hindsight:
                message = f"{name} is marked as hindsight and cannot be an input; take it out of {policy}"
                yield context.fault(("policies", policy), message)


def _in_force(context: Context, policy: str, name: str) -> Iterator[Fault]:
    act, day = context.sheet.measures.get(name), context.sheet.as_of
    if act is None:
        return
    if act.from_ and act.from_ > day:
        message = f"{act.from_} is after as_of ({day}), but {policy} has {name} in force; move it to no-deal"
        yield context.fault(("measures", name, "from"), message)
    if act.until and act.until < day and policy == "status-quo":
        message = f"{act.until} is before as_of ({day}), so {name} is over; take it out of {policy}"
        yield context.fault(("measures", name, "until"), message)


def facts_are_known_by_then(context: Context) -> Iterator[Fault]:
    """A fact is not about a time after the day the sheet stands on, unless it says so."""
    if context.draft.lost("as_of"):
        return
    day = context.sheet.as_of
    for name, fact in context.sheet.facts.items():
        if fact.date and not fact.hindsight and first_day(fact.date) > day:
            message = f"{fact.date} is after as_of ({day}): that is hindsight; write hindsight: true"
            yield context.fault(("facts", name, "date"), message)


def issues_move_a_party(context: Context) -> Iterator[Fault]:
    """An issue is moved by a party, is on somebody, and lifts what is in force."""
    if context.draft.lost("issues"):
        return
    for name, issue in context.sheet.issues.items():
        yield from _moved_by_party(context, ("issues", name, "by"), issue)
        yield from _lifts(context, ("issues", name, "lifts"), issue)


def _moved_by_party(context: Context, place: Place, issue: Issue) -> Iterator[Fault]:
    parties = context.sheet.parties
    if not context.seated or issue.by in parties:
        return
    sides = [context.members(party) for party in parties]
    if all(sides) and context.knows_regions((issue.by,)) and issue.by != "world":
        own = context.members(issue.by) or set()
        if not any(own <= (side or set()) for side in sides):
            message = f"{issue.by} does not sit at the table; an issue is moved by {parties[0]} or {parties[1]}"
            yield context.fault(place, message)


def _lifts(context: Context, place: Place, issue: Issue) -> Iterator[Fault]:
    sheet, draft = context.sheet, context.draft
    for name in issue.lifts:
        if not draft.has("measures", name):
            message = f"unknown measure {name!r}; {near_matches(name, sheet.measures)}"
            yield context.fault(place, message)
        elif draft.has("policies", "status-quo") and name not in sheet.policies.get("status-quo", (name,)):
            yield context.fault(place, f"{name} is not in status-quo, so there is nothing to lift; delete it")
        elif name in sheet.measures and sheet.measures[name].by != issue.by:
            other = sheet.measures[name].by
            yield context.fault(place, f"{name} is a measure of {other}, which {issue.by} cannot lift; delete it")


def offers_fit_issues(context: Context) -> Iterator[Fault]:
    """An offer is a party's, dated, and each value fits its issue."""
    sheet, draft = context.sheet, context.draft
    for name, offer in sheet.offers.items():
        place = ("offers", name)
        if offer.by is not None and context.seated and offer.by not in sheet.parties:
            message = f"{offer.by} does not sit at the table; offers are made by {' or '.join(sheet.parties)}"
            yield context.fault((*place, "by"), message)
        if not draft.lost("as_of") and offer.date > sheet.as_of and not offer.hindsight:
            message = f"{offer.date} is after as_of ({sheet.as_of}): that is hindsight; write hindsight: true"
            yield context.fault((*place, "date"), message)
        if not offer.terms and not draft.lost("issues"):
            yield context.fault(place, f"settles no issue; write a value, as in {next(iter(sheet.issues))}: ...")
        for key, quantity in offer.terms.items():
            if key in sheet.issues and not draft.lost("issues") and ("issues", key) not in draft.unread:
                yield from _value(context, (*place, key), sheet.issues[key], quantity)
            elif not draft.has("issues", key):
                known = [*sheet.issues, "by", "date", "hindsight", "source", "note"]
                yield context.fault((*place, key), f"unknown issue {key!r}; {near_matches(key, known)}")


def _value(context: Context, place: Place, issue: Issue, quantity: Quantity) -> Iterator[Fault]:
    written, value = str(quantity), natural(quantity)
    fits = {issue.unit, ""} if issue.unit in ("%", "pp") else {issue.unit}
    if unit_of(quantity) not in fits and not (value == 0 and quantity.unit in ("", "%", "pp")):
        unit = {"USD mn": "bn USD"}.get(issue.unit, issue.unit)
        cure = f"write it in {unit}, as in {issue.write(issue.high)}"
        yield context.fault(place, f"{written} is not in the unit of {issue.name}; {cure}")
    elif not issue.low <= value <= issue.high:
        ends = f"[{issue.write(issue.low)}, {issue.write(issue.high)}]"
        yield context.fault(
            place, f"{issue.write(value)} is outside the range {ends} of {issue.name}; change one of the two"
        )
    elif issue.levels is not None and value not in issue.levels:  # type: ignore[attr-defined]
        levels = ", ".join(issue.write(level) for level in issue.levels)  # type: ignore[attr-defined]
        yield context.fault(place, f"{issue.write(value)} is not a level of {issue.name}; write one of {levels}")


def weights_are_the_parties(context: Context) -> Iterator[Fault]:
    """Preferences and doubts belong to parties, name known sectors, and leave something to draw."""
    sheet, draft = context.sheet, context.draft
    for section in ("preferences", "uncertainty"):
        for party in getattr(sheet, section):
            if context.seated and party not in sheet.parties:
                message = f"{party} does not sit at the table; {near_matches(party, sheet.parties)}"
                yield context.fault((section, party), message)
    for party, preference in sheet.preferences.items():
        for term in preference.terms:
            if term.sector and context.world is not None and term.sector not in context.world.sectors:
                message = f"unknown sector {term.sector!r}; {near_matches(term.sector, context.world.sectors)}"
                key = "weights" if preference.preset == "custom" else "sectors"
                yield context.fault(("preferences", party, key), message)
    for party in sheet.uncertainty:
        if ("preferences", party) in draft.unread or draft.lost("preferences"):
            continue
        if not any(term.outcome != "ev" for term in sheet.preference(party).terms):
            message = f"{party} weighs its real income alone, so no weight is in doubt; delete this entry"
            yield context.fault(("uncertainty", party), message)


def no_deal_is_told(context: Context) -> Iterator[Fault]:
    """The branches of no deal are policies, and none is without effect."""
    sheet, draft = context.sheet, context.draft
    if draft.lost("no_deal") or draft.lost("policies"):
        return
    for key in ("otherwise", "struck_down", "answered"):
        name = getattr(sheet.no_deal, key)
        place = ("no_deal", key)
        if name is None:
            continue
        if not draft.has("policies", name):
            known = [*sheet.policies, "status-quo"]
            yield context.fault(place, f"unknown policy {name!r}; {near_matches(name, dict.fromkeys(known))}")
        elif name == "no-deal":
            yield context.fault(place, "'no-deal' is the threat itself; name the policy that holds without it")
    if sheet.no_deal.answered is None and sheet.no_deal.answer_probability is not None:
        message = "has no effect without 'answered'; name the policy of the answer, or delete this key"
        yield context.fault(("no_deal", "answer_probability"), message)
    if sheet.no_deal.survives is None and "struck_down" in sheet.no_deal.model_fields_set:
        message = "has no effect without 'survives'; write survives: with a probability, or delete this key"
        yield context.fault(("no_deal", "struck_down"), message)


def background_is_about_others(context: Context) -> Iterator[Fault]:
    """Letters to third countries are known measures, no hindsight, and not between the parties."""
    sheet, draft = context.sheet, context.draft
    place = ("background", "letters-applied")
    for name in sheet.background.letters_applied:
        act = sheet.measures.get(name)
        if act is None:
            if not draft.has("measures", name):
                yield context.fault(place, f"unknown measure {name!r}; {near_matches(name, sheet.measures)}")
            continue
        if act.hindsight:
            yield context.fault(place, f"{name} is marked as hindsight and cannot be an input; take it out")
        sides = [context.members(party) for party in sheet.parties] if context.seated else []
        if len(sides) == 2 and all(sides) and context.knows_regions((act.by, *act.on, *act.except_on)):
            by, on = context.members(act.by) or set(), set(sheet.partners(act, context.world))
            first, second = sides[0] or set(), sides[1] or set()
            if (by & first and on & second) or (by & second and on & first):
                message = f"{name} is between the parties, not about third countries; take it out, or use except_on"
                yield context.fault(place, message)


def named_sources_exist(context: Context) -> Iterator[Fault]:
    """A source given by name (one word, no address) is in the sheet's ``sources``."""
    if not context.draft.lost("sources"):
        for place, text in _sources(context.sheet, ()):
            if " " in text or "/" in text or "." in text or context.draft.has("sources", text):
                continue
            hint = near_matches(text, context.sheet.sources) if context.sheet.sources else "the sheet has no sources:"
            yield context.fault(place, f"unknown source {text!r}; {hint} Or write it out: title, publisher, address.")


def _sources(part: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Walk over every source written as text."""
    if isinstance(part, BaseModel) and not isinstance(part, Source):
        for name, value in part:
            if name == "source" and isinstance(value, str):
                yield (*place, name), value
            else:
                yield from _sources(value, (*place, name))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _sources(value, (*place, str(key)))


RULES = (
    inputs_are_known_by_then,
    facts_are_known_by_then,
    issues_move_a_party,
    offers_fit_issues,
    weights_are_the_parties,
    no_deal_is_told,
    background_is_about_others,
    named_sources_exist,
)
