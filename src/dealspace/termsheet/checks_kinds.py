"""Rules about single kinds of measures and issues: quotas, schedules, services, commitments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from dealspace.errors import Fault, near_matches
from dealspace.termsheet.acts_border import GatePriceAct, TariffAct
from dealspace.termsheet.acts_quota import QuotaAct, SafeguardAct
from dealspace.termsheet.checks import Context
from dealspace.termsheet.duties import StagedPrice, Staging, UnstagedDayError, steps
from dealspace.termsheet.entries import Act
from dealspace.termsheet.issues import MarkupIssue, QuotaShareIssue, QuotaVolumeIssue
from dealspace.termsheet.quantities import percent
from dealspace.termsheet.reading import Place
from dealspace.termsheet.units import volume

if TYPE_CHECKING:
    from dealspace.termsheet.entries import Issue
    from dealspace.termsheet.sheet import TermSheet

QuotaIssue = QuotaVolumeIssue | QuotaShareIssue | MarkupIssue
_GOODS_KINDS = ("quota", "safeguard", "gate-price", "services-tax")


def quotas_name_their_origins(context: Context) -> Iterator[Fault]:
    """The origins of a quota's shares and imports are known, and among those it is on."""
    if context.world is None:
        return
    for name, act in _whole(context, "measures"):
        if not isinstance(act, QuotaAct | SafeguardAct):
            continue
        partners = _partners(context, act)
        shares = act.shares if isinstance(act, QuotaAct) else None
        for key, origins in (("shares", shares), ("imports", act.imports_by)):
            for origin in origins or ():
                place = ("measures", name, key)
                members = context.members(origin)
                if members is None or origin == "world":
                    message = f"unknown region or group {origin!r}; {near_matches(origin, context.region_names())}"
                    yield context.fault(place, message)
                elif partners is not None and not members <= partners:
                    yield context.fault(place, f"{origin} is not among the origins that {name} is on; look at 'on'")


def _partners(context: Context, act: Act | Issue) -> set[str] | None:
    """Return the regions an act is on, or None when its names are not known."""
    if act.by == "world" or not context.knows_regions((act.by, *act.on, *act.except_on)):
        return None
    return set(context.sheet.partners(act, context.world))


def quotas_cost_more_outside(context: Context) -> Iterator[Fault]:
    """What comes in over a quota or a trigger pays at least as much as what comes in within it."""
    if context.draft.lost("as_of"):
        return
    for name, act in _whole(context, "measures"):
        try:
            if isinstance(act, QuotaAct):
                yield from _quota_rates(context, name, act)
            elif isinstance(act, SafeguardAct):
                for day in _days(context, act, act.rate, act.base_rate):
                    if act.outside(day) < act.inside(day):
                        message = f"{_share(act.outside(day))} above the trigger is less than {_share(act.inside(day))}"
                        when = _when(context, act, day)
                        cure = f"{message} up to it{when}; exchange rate and base_rate"
                        yield context.fault(("measures", name, "rate"), cure)
                        break
        except UnstagedDayError:
            continue  # told by `schedules_reach_back`


def _quota_rates(context: Context, name: str, act: QuotaAct) -> Iterator[Fault]:
    if isinstance(act.out_rate, str):
        return
    for day in _days(context, act, act.in_rate, act.out_rate, act.markup):
        inside, outside, markup = act.inside(day), act.outside(day) or 0.0, act.markup_on(day)
        when = _when(context, act, day)
        if inside > outside:
            message = f"{_share(inside)} is above out_rate, {_share(outside)}{when}; exchange the two"
            yield context.fault(("measures", name, "in_rate"), message)
            return
        if inside + markup > outside:
            message = f"{_share(markup)} and in_rate, {_share(inside)}, exceed out_rate, {_share(outside)}{when}"
            cure = "; lower it, for nobody would then buy within the quota"
            yield context.fault(("measures", name, "markup"), message + cure)
            return


def _days(context: Context, act: Act, *duties: object) -> list[date]:
    """Return the day the act is read on, and every later day on which one of its duties takes a step."""
    first = context.sheet.day_of(act)
    return sorted({first, *(day for duty in duties for day in steps(duty) if day > first)})


def _when(context: Context, act: Act, day: date) -> str:
    return "" if day == context.sheet.day_of(act) else f" on {day}"


def _share(rate: float) -> str:
    return percent(round(rate, 4))


def schedules_reach_back(context: Context) -> Iterator[Fault]:
    """A schedule says what holds on the day that the sheet reads it."""
    if context.draft.lost("as_of"):
        return
    for name, act in _whole(context, "measures"):
        if not isinstance(act, Act):
            continue
        day = context.sheet.day_of(act)
        for key, value in _scheduled(act):
            try:
                value.price_on(day) if isinstance(value, StagedPrice) else value.rate_on(day)
            except UnstagedDayError as error:
                yield context.fault(("measures", name, key), f"{error} (needed on {day})")


def _scheduled(act: Act) -> Iterator[tuple[str, Staging | StagedPrice]]:
    keys = {
        TariffAct: ("staging", "specific"),
        QuotaAct: ("in_rate", "out_rate", "markup"),
        SafeguardAct: ("rate", "base_rate"),
        GatePriceAct: ("cap", "above"),
    }
    for key in keys.get(type(act), ()):
        value = getattr(act, key)
        inner = getattr(value, "specific", value)
        if isinstance(inner, Staging | StagedPrice):
            yield key, inner


def services_and_goods_are_told_apart(context: Context) -> Iterator[Fault]:
    """A services tax is on services; quotas, safeguards and gate prices are on goods."""
    if context.world is None:
        return
    services = [name for name in context.world.sectors if name not in context.world.goods]
    for section in ("measures", "issues"):
        for name, entry in _whole(context, section):
            if entry.kind not in _GOODS_KINDS:
                continue
            wants_services = entry.kind == "services-tax"
            for term in entry.products.terms:
                if term.kind == "sector" and term.name not in context.world.sectors:
                    continue
                of_services = term.kind == "all-services" or term.name in services
                if of_services != wants_services:
                    yield context.fault((section, name, "products"), _told_apart(str(term), entry.kind, services))


def _told_apart(term: str, kind: str, services: list[str]) -> str:
    if kind == "services-tax":
        return f"{term} holds goods, but a services tax is due on services; write one of {', '.join(services)}"
    return f"{term} holds services, but a {kind} is on goods; write a goods sector or hs: codes"


def commitments_name_a_receiver(context: Context) -> Iterator[Fault]:
    """A commitment is made to somebody in particular."""
    for section in ("measures", "issues"):
        for name, entry in _whole(context, section):
            if entry.kind == "commitment" and (len(entry.on) != 1 or entry.on == ("world",)):
                message = "a commitment is made to one region or group; write who receives it, as in on: USA"
                yield context.fault((section, name, "on"), message)


def quota_issues_name_quotas(context: Context) -> Iterator[Fault]:
    """An issue about a quota names one in force, of the same importer, that no issue lifts, once."""
    seen: dict[tuple[object, ...], str] = {}
    for name, issue in _whole(context, "issues"):
        if not isinstance(issue, QuotaIssue):
            continue
        faults = list(_about_quota(context, ("issues", name, "quota"), issue))
        key = (issue.kind, issue.quota, issue.on)
        if key in seen:
            message = f"{seen[key]} is about the same {issue.kind} of {issue.quota}; keep one of the two"
            faults.append(context.fault(("issues", name), message))
        seen.setdefault(key, name)
        yield from faults


def _about_quota(context: Context, place: Place, issue: QuotaIssue) -> Iterator[Fault]:
    sheet, draft = context.sheet, context.draft
    act = sheet.measures.get(issue.quota)
    quotas = [name for name, other in sheet.measures.items() if isinstance(other, QuotaAct)]
    if act is None:
        if not draft.has("measures", issue.quota):
            hint = near_matches(issue.quota, quotas) if quotas else "the sheet has no quota under measures"
            yield context.fault(place, f"unknown quota {issue.quota!r}; {hint}")
    elif not isinstance(act, QuotaAct):
        known = f"name one of {', '.join(quotas)}" if quotas else "write the quota under measures"
        yield context.fault(place, f"{issue.quota} is a {act.kind}, not a quota; {known}")
    elif act.by != issue.by:
        yield context.fault(
            place, f"{issue.quota} is a quota of {act.by}, which {issue.by} cannot change; write by: {act.by}"
        )
    elif draft.has("policies", "status-quo") and issue.quota not in sheet.policies.get("status-quo", (issue.quota,)):
        yield context.fault(place, f"{issue.quota} is not in status-quo, so there is no quota to change; add it there")
    elif ("measures", issue.quota) not in draft.unread:
        lifting = [other.name for other in sheet.issues.values() if issue.quota in other.lifts]
        if lifting:
            message = f"{issue.quota} is lifted by {lifting[0]}, so nothing is left to change; take it out of lifts"
            yield context.fault(place, message)
        if isinstance(issue, QuotaShareIssue) and not draft.lost("as_of"):
            yield from _share_fits(context, place[:2], issue, act)


def _share_fits(context: Context, place: Place, issue: QuotaShareIssue, act: QuotaAct) -> Iterator[Fault]:
    partners = _partners(context, act)
    members = context.members(issue.on)
    if partners is not None and members is not None and not members <= partners:
        yield context.fault((*place, "on"), f"{issue.on[0]} is not among the origins that {issue.quota} is on")
    most = quota_ceiling(context.sheet, act)
    if issue.high > most:
        message = (
            f"{volume(issue.high)} is more than the quota's volume of {volume(most)}; write at most {volume(most)}"
        )
        yield context.fault((*place, "range"), message)


def quota_ceiling(sheet: TermSheet, act: QuotaAct) -> float:
    """Return the largest volume that a quota may have in a deal, in kt."""
    now = round(act.volume_on(sheet.day_of(act)), 9)
    return max(
        [now, *(i.high for i in sheet.issues.values() if isinstance(i, QuotaVolumeIssue) and i.quota == act.name)]
    )


def carve_outs_catch_products(context: Context) -> Iterator[Fault]:
    """A measure named as an exception catches products."""
    for section in ("measures", "issues"):
        for name, entry in _whole(context, section):
            for text in entry.except_:
                other = context.sheet.measures.get(text)
                if other is not None and not other.products.terms:
                    message = f"{text} is a {other.kind} and catches no products; take it out"
                    yield context.fault((section, name, "except"), message)


def _whole(context: Context, section: str) -> Iterator[tuple[str, Act | Issue]]:
    """Walk over the entries of a section that were read wholly."""
    if not context.draft.lost(section):
        for name, entry in getattr(context.sheet, section).items():
            if (section, name) not in context.draft.unread:
                yield name, entry


RULES = (
    quotas_name_their_origins,
    quotas_cost_more_outside,
    schedules_reach_back,
    services_and_goods_are_told_apart,
    commitments_name_a_receiver,
    quota_issues_name_quotas,
    carve_outs_catch_products,
)
