"""Check a sheet: its faults, and what is legal but looks unmeant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dealspace.errors import DealspaceError, Fault
from dealspace.termsheet.acts import QuotaAct, QuotaShareIssue, SafeguardAct, TariffAct, TariffIssue
from dealspace.termsheet.checks_kinds import quota_ceiling
from dealspace.termsheet.duties import steps
from dealspace.termsheet.loading import examine, find_sheet
from dealspace.termsheet.quantities import percent
from dealspace.termsheet.reading import Place, read_document
from dealspace.termsheet.sheet import TermSheet
from dealspace.termsheet.units import volume

if TYPE_CHECKING:
    from dealspace.world.economy import Economy


@dataclass(frozen=True)
class CheckReport:
    """What a check of a sheet found.

    Attributes
    ----------
    file : str
        As it was given, or the file of the built-in sheet.
    sheet : TermSheet or None
        None when there are faults.
    faults : tuple of Fault
        What must be mended, in the order of the file.
    warnings : tuple of Fault
        What is allowed but may not be meant.
    """

    file: str
    sheet: TermSheet | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether the sheet can be used."""
        return not self.faults


def check_sheet(
    name_or_path: str | os.PathLike[str], world: Economy | None = None, *, quick: bool = False
) -> CheckReport:
    """Check a built-in sheet or a file, and return what was found instead of raising.

    A sheet whose text is sound is compiled too: its economy must tell the products of every policy, offer and issue
    apart (`dealspace.termsheet.compiling`).

    Parameters
    ----------
    name_or_path : str or path
    world : Economy, optional
        As for `load_sheet`.
    quick : bool
        Check the text alone, in a fraction of a second instead of seconds.

    Returns
    -------
    CheckReport

    Examples
    --------
    >>> from dealspace.termsheet import check_sheet
    >>> check_sheet("us-japan-2025").ok
    True
    """
    file = str(name_or_path)
    try:
        text, file = find_sheet(name_or_path)
        sheet, faults = examine(read_document(text, file), world)
    except DealspaceError as error:
        return CheckReport(file, None, error.faults, ())
    if sheet is not None and not quick:
        from dealspace.termsheet.compiling import compile_faults

        faults = list(compile_faults(sheet, world))
        sheet = None if faults else sheet
    warnings = tuple(sorted(_warnings(sheet), key=lambda fault: fault.line or 0)) if sheet else ()
    return CheckReport(file, sheet, tuple(faults), warnings)


def _warnings(sheet: TermSheet) -> Iterator[Fault]:
    for rule in _RULES:
        for place, message in rule(sheet):
            yield Fault(message, ".".join(place), sheet.source_file, _line(sheet, place))


def _line(sheet: TermSheet, place: Place) -> int | None:
    while place and place not in sheet.lines:
        place = place[:-1]
    return sheet.lines.get(place)


_BY_RATE = ("tariff", "services-tax", "subsidy", "export-tax")
#: A quota filled by less than this share is taken for a slip between t and kt.
SLIP = 0.005
_Finding = Iterator[tuple[Place, str]]


def _unsourced(sheet: TermSheet) -> _Finding:
    for name, act in sheet.measures.items():
        if act.source is None:
            yield ("measures", name), "gives no source; add source: where it can be read"
    if sheet.no_deal.source is None and sheet.no_deal.probability.source is None:
        yield ("no_deal", "probability"), "gives no source; add source: what the probability rests on"


def _deadline_passed(sheet: TermSheet) -> _Finding:
    if sheet.deadline and sheet.deadline.date < sheet.as_of:
        yield ("deadline", "date"), f"{sheet.deadline.date} has passed on as_of ({sheet.as_of})"


def _weightless(sheet: TermSheet) -> _Finding:
    for party in sheet.parties:
        if party not in sheet.preferences:
            yield (
                ("preferences",),
                f"{party} is not named, so its real income alone counts; add {party}: welfare",
            )
        elif not sheet.preference(party).terms:
            yield ("preferences", party), "all weights are zero, so every deal is worth the same"


def _out_of_reach(sheet: TermSheet) -> _Finding:
    for name, issue in sheet.issues.items():
        own = {str(term) for term in issue.products.terms}
        if not own:
            continue  # about a quota or a sum of money, not about products
        gone = set(issue.except_)
        for measure in set(issue.except_) & set(sheet.measures):
            gone |= {str(term) for term in sheet.measures[measure].products.terms}
        if own <= gone:
            yield ("issues", name, "except"), "takes out all of the issue's products, so it moves nothing"


def _stacks_on_status_quo(sheet: TermSheet) -> _Finding:
    for name, issue in sheet.issues.items():
        if issue.kind not in _BY_RATE or issue.lifts:
            continue
        for act in sheet.acts("status-quo"):
            if act.kind == issue.kind and (act.by, act.products) == (issue.by, issue.products):
                message = f"lifts nothing, so {act.name} stays in force beside it; add lifts: [{act.name}] if meant"
                yield ("issues", name), message


def _above_bound(sheet: TermSheet) -> _Finding:
    """What is above a bound rate is told: it is a breach of a promise, not of the sheet."""
    for name, act in sheet.measures.items():
        if isinstance(act, TariffAct) and act.bound is not None and act.stacking != "cut":
            days = (sheet.day_of(act), *steps(act.staging), *steps(act.specific))
            highest = max(act.rate_on(day) for day in days)
            if highest > act.bound:
                message = f"{percent(round(highest, 4))} is above the bound rate of {percent(act.bound)}"
                yield ("measures", name, "bound"), message
    for name, issue in sheet.issues.items():
        bound = issue.bound if isinstance(issue, TariffIssue) and issue.stacking != "cut" else None
        if bound is not None and issue.high > bound:
            message = f"the range reaches {percent(issue.high)}, above the bound rate of {percent(bound)}"
            yield ("issues", name, "bound"), message


def _overfull_quota(sheet: TermSheet) -> _Finding:
    for name, act in sheet.measures.items():
        if isinstance(act, QuotaAct) and act.closed and act.imports_total > act.volume_on(sheet.day_of(act)):
            message = f"{volume(act.imports_total)} came in, more than the closed quota of {volume(act.volume)} lets in"
            yield ("measures", name, "imports"), message


def _misread_volume(sheet: TermSheet) -> _Finding:
    for name, act in sheet.measures.items():
        if not isinstance(act, QuotaAct | SafeguardAct):
            continue
        whole, came = act.volume_on(sheet.day_of(act)), act.imports_total
        if came < SLIP * whole:
            part = f"{percent(round(came / whole, 5))} of {volume(round(whole, 6))}"
            message = f"{volume(came)} came in, {part}; check the unit"
            yield ("measures", name, "imports"), message
        elif isinstance(act, SafeguardAct) and came > whole:
            message = f"{volume(came)} came in, more than the trigger, so the rate above it is due from the start"
            yield ("measures", name, "trigger"), message


def _shares_beyond_volume(sheet: TermSheet) -> _Finding:
    for name, issue in sheet.issues.items():
        if not isinstance(issue, QuotaShareIssue):
            continue
        act = sheet.measures.get(issue.quota)
        assert isinstance(act, QuotaAct), "the rules of a sheet let no other through"
        others = sum(share for origin, share in (act.shares or {}).items() if origin not in issue.on)
        most = quota_ceiling(sheet, act)
        if issue.high + others > most:
            message = (
                f"{volume(issue.high)} and the other shares of {issue.quota}, {volume(others)}, are more than its "
                f"volume of {volume(most)}, so the other shares would have to shrink"
            )
            yield ("issues", name, "range"), message


def _left_out_law(sheet: TermSheet) -> _Finding:
    if not sheet.include:
        return
    from dealspace.termsheet.including import left_out

    for law, name in left_out(sheet):
        yield ("include",), f"{name} of {law} is left out, because the world cannot tell its products apart"


def _no_threat(sheet: TermSheet) -> _Finding:
    if not sheet.threat:
        yield ("policies", "no-deal"), "threatens nothing that status-quo has not, so no deal changes nothing"


def _unused(sheet: TermSheet) -> _Finding:
    used = {name for names in sheet.policies.values() for name in names} | set(sheet.background.letters_applied)
    used |= {name for entry in (*sheet.measures.values(), *sheet.issues.values()) for name in entry.except_}
    for name in sheet.measures:
        act = sheet.measures[name]
        over = act.until is not None and act.until < sheet.as_of  # history, for what a line paid on a day
        if name not in used and not over:
            yield ("measures", name), "stands in no policy, background or exception, so it has no effect"


def _undated_threat(sheet: TermSheet) -> _Finding:
    for name in sheet.threat:
        act = sheet.measures[name]
        if act.from_ and act.from_ > sheet.as_of and act.announced is None:
            message = f"starts after as_of ({sheet.as_of}); add announced: the day it was made known"
            yield ("measures", name), message


def _lost_carve_outs(sheet: TermSheet) -> _Finding:
    for name, act in sheet.measures.items():
        for other in act.replaces:
            lost = [text for text in sheet.measures[other].except_ if text not in act.except_]
            if lost and act.products == sheet.measures[other].products:
                message = f"replaces {other} but not its exceptions ({', '.join(lost)}), which it now catches"
                yield ("measures", name), message


def _open_issues(sheet: TermSheet) -> _Finding:
    for name, offer in sheet.offers.items():
        left = [issue for issue in sheet.issues if issue not in offer.terms]
        if left:
            yield (
                ("offers", name),
                f"leaves {', '.join(left)} open; what is not settled stays as in status-quo",
            )


_RULES = (
    _unsourced,
    _deadline_passed,
    _weightless,
    _out_of_reach,
    _stacks_on_status_quo,
    _left_out_law,
    _above_bound,
    _overfull_quota,
    _misread_volume,
    _shares_beyond_volume,
    _no_threat,
    _unused,
    _undated_threat,
    _lost_carve_outs,
    _open_issues,
)
