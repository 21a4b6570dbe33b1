"""From a term sheet to clauses: who acts on whom, on what, and in whose place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dealspace.errors import DealspaceError, Fault, SheetError
from dealspace.instruments.stacking import Clause
from dealspace.termsheet.products import parse_term

if TYPE_CHECKING:
    from dealspace.termsheet.acts import Act, Issue
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


def act_clause(sheet: TermSheet, world: Economy, act: Act) -> Clause:
    """Return a measure of the sheet as a clause."""
    rate = act.reduction if act.kind == "ntb" else act.rate  # type: ignore[attr-defined]
    return _clause(sheet, world, act, f"measures.{act.name}", rate=rate, issue=None, displaces=act.replaces)


def issue_clause(sheet: TermSheet, world: Economy, issue: Issue, position: int) -> Clause:
    """Return an issue as a clause whose rate is entry `position` of a deal."""
    path = f"issues.{issue.name}"
    return _clause(sheet, world, issue, path, rate=None, issue=position, displaces=issue.lifts)


def _clause(
    sheet: TermSheet,
    world: Economy,
    entry: Act | Issue,
    path: str,
    *,
    rate: float | None,
    issue: int | None,
    displaces: tuple[str, ...],
) -> Clause:
    products, measures = [], []
    for text in entry.except_:
        if text in sheet.measures:
            measures.append(text)
        else:
            products.append(parse_term(text))
    return Clause(
        name=entry.name,
        path=path,
        kind=entry.kind,
        stacking="ntb" if entry.kind == "ntb" else entry.stacking,  # type: ignore[attr-defined]
        rate=rate,
        issue=issue,
        base=entry.base if entry.kind == "ntb" else 0.0,  # type: ignore[attr-defined]
        importers=frozenset(sheet.members(entry.by, world)),
        exporters=frozenset(sheet.partners(entry, world)),
        products=entry.products.terms,
        except_products=tuple(products),
        except_measures=tuple(measures),
        displaces=tuple(displaces),
        coverage=float(getattr(entry, "coverage", 1.0)),
    )


def policy_clauses(sheet: TermSheet, world: Economy, name: str, background: str | None = None) -> tuple[Clause, ...]:
    """Return the clauses of a policy, or of an offer: the deal in which only the issues it names are settled."""
    if name not in sheet.policies and name in sheet.offers:
        values = sheet.offers[name].values
        clauses = deal_clauses(sheet, world, tuple(values), background)
        at = list(values.values())
        return tuple(c if c.issue is None else replace(c, rate=at[c.issue], issue=None) for c in clauses)
    return tuple(act_clause(sheet, world, act) for act in sheet.acts(name, background))


def deal_clauses(
    sheet: TermSheet, world: Economy, issues: Iterable[str], background: str | None = None
) -> tuple[Clause, ...]:
    """Return the clauses of a deal: the status quo and the issues, which displace what they lift."""
    acts = tuple(act_clause(sheet, world, act) for act in sheet.acts("status-quo", background))
    moving = tuple(issue_clause(sheet, world, sheet.issues[name], k) for k, name in enumerate(issues))
    return (*acts, *moving)


def measure_clauses(sheet: TermSheet, world: Economy) -> dict[str, Clause]:
    """Return every measure of the sheet as a clause, by name: what carve-outs may refer to."""
    return {name: act_clause(sheet, world, act) for name, act in sheet.measures.items()}


def own_lists(sheet: TermSheet) -> Mapping[str, tuple[str, ...]]:
    """Return the sheet's own named lists as HS prefixes."""
    return {name: entry.codes for name, entry in sheet.lists.items()}


def placed(sheet: TermSheet, error: DealspaceError) -> SheetError:
    """Return the error with file and line of each fault, as far as the sheet knows them."""
    return SheetError([_place(sheet, fault) for fault in error.faults])


def _place(sheet: TermSheet, fault: Fault) -> Fault:
    if fault.line is not None or not fault.path:
        return fault
    keys = tuple(fault.path.split("."))
    line = next((sheet.lines[keys[:k]] for k in range(len(keys), 0, -1) if keys[:k] in sheet.lines), None)
    return Fault(fault.message, fault.path, sheet.source_file, line)
