"""From a term sheet to clauses: who acts on whom, on what, in whose place, at which rate on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, Fault, SheetError
from dealspace.instruments.quota_lines import QuotaMove, QuotaTerms, Rates
from dealspace.instruments.stacking import LEVIES, Clause
from dealspace.termsheet.acts_quota import CommitmentAct, QuotaAct, SafeguardAct
from dealspace.termsheet.issues import CommitmentIssue, MarkupIssue, QuotaShareIssue, QuotaVolumeIssue
from dealspace.termsheet.products import parse_term
from dealspace.termsheet.staging import rate_in

if TYPE_CHECKING:
    from dealspace.termsheet.acts import Act, Issue
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy

VOLUMES = ("quota", "safeguard")
#: Issues that move a quota and are no clauses of their own.
MOVES = (QuotaVolumeIssue, QuotaShareIssue, MarkupIssue)
#: Kinds whose `by` is the exporter.
_BY_EXPORTER = ("subsidy", "export-tax")


@dataclass(frozen=True)
class Terms:
    """What a policy or a deal consists of, resolved against an economy.

    Attributes
    ----------
    clauses : what acts on trade; the issues' own take their value from a deal
    quotas : terms of the quotas and safeguards among them; moves : issues that move them
    transfers : (regions, 1 + issues), USD million a year received by each region: of acts, and per unit of each issue
    """

    clauses: tuple[Clause, ...]
    quotas: tuple[QuotaTerms, ...]
    moves: tuple[QuotaMove, ...]
    transfers: np.ndarray


def act_clause(sheet: TermSheet, world: Economy, act: Act, on: date | None = None) -> Clause:
    """Return a measure of the sheet as a clause, at its rate on a day; see `act_clauses` for what is given to all."""
    rate = None if act.kind in (*VOLUMES, "commitment") else rate_in(act, sheet.day_of(act, on))
    return _clause(sheet, world, act, f"measures.{act.name}", rate=rate, issue=None, displaces=act.replaces)


def act_clauses(sheet: TermSheet, world: Economy, act: Act, on: date | None = None) -> tuple[Clause, ...]:
    """Return a measure as clauses: two when a most-favoured-nation rate caps what others pay, none for commitments."""
    return () if act.kind == "commitment" else _to_all(sheet, world, act, act_clause(sheet, world, act, on))


def issue_clauses(sheet: TermSheet, world: Economy, issue: Issue, position: int) -> tuple[Clause, ...]:
    """Return an issue as clauses whose rate is entry `position` of a deal; none if it moves a quota or a sum."""
    if isinstance(issue, (*MOVES, CommitmentIssue)):
        return ()
    path = f"issues.{issue.name}"
    clause = _clause(sheet, world, issue, path, rate=None, issue=position, displaces=issue.lifts)
    return _to_all(sheet, world, issue, clause)


def _to_all(sheet: TermSheet, world: Economy, entry: Act | Issue, clause: Clause) -> tuple[Clause, ...]:
    """Split a rate given to all: on `on` as written, for others a ceiling, as it takes no preference away."""
    if not getattr(entry, "mfn", False) or clause.stacking not in ("replace", "inclusive"):
        return (clause,)
    named = frozenset(sheet.members(entry.on, world)) & clause.exporters
    others = clause.exporters - named
    capped = replace(clause, name=f"{clause.name}:mfn", stacking="ceiling", exporters=others)
    return tuple(c for c in (replace(clause, exporters=named), capped) if c.exporters)


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
    by, on = frozenset(sheet.members(entry.by, world)), frozenset(sheet.partners(entry, world))
    own = getattr(entry, "own_suppliers", False) or getattr(entry, "pays", "") == "production"
    importers, exporters = (on, by) if entry.kind in _BY_EXPORTER else (by, on)
    if own:  # sales at home are named by both sides
        importers, exporters = importers | by, exporters | by
    return Clause(
        name=entry.name,
        path=path,
        kind=entry.kind,
        stacking=_stacking(entry),
        rate=rate,
        issue=issue,
        base=entry.base if entry.kind == "ntb" else 0.0,  # type: ignore[attr-defined]
        importers=importers,
        exporters=exporters,
        products=entry.products.terms,
        except_products=tuple(products),
        except_measures=tuple(measures),
        displaces=tuple(displaces),
        coverage=float(entry.coverage),
        own=own,
        content=float(getattr(entry, "content", 1.0)),
        utilisation=float(getattr(entry, "utilisation", 1.0)),
        origin_cost=float(getattr(entry, "origin_cost", 0.0)),
        rent_share=float(getattr(entry, "rent_share", 0.0)),
        rent_kept=0.0 if getattr(entry, "rents_to", "importer") == "exporter" else 1.0,
    )


def _stacking(entry: Act | Issue) -> str:
    if entry.kind in LEVIES:
        return "levy"
    whole = {"ntb": "ntb", "gate-price": "replace", "quota": "quota", "safeguard": "quota"}
    return whole.get(entry.kind) or entry.stacking  # type: ignore[attr-defined]


def policy_terms(
    sheet: TermSheet, world: Economy, name: str, background: str | None = None, on: date | None = None
) -> Terms:
    """Return what a policy consists of, or an offer: the deal whose axes are the issues that it names."""
    if name not in sheet.policies and name in sheet.offers:
        return deal_terms(sheet, world, tuple(sheet.offers[name].values), background, on)
    return _terms(sheet, world, sheet.acts(name, background, on), (), on)


def policy_clauses(
    sheet: TermSheet, world: Economy, name: str, background: str | None = None, on: date | None = None
) -> tuple[Clause, ...]:
    """Return the clauses of a policy or an offer; with `on`, of the acts in force on that day."""
    terms = policy_terms(sheet, world, name, background, on)
    values = tuple(sheet.offers[name].values.values()) if name not in sheet.policies else ()
    return tuple(c if c.issue is None else replace(c, rate=values[c.issue], issue=None) for c in terms.clauses)


def deal_terms(
    sheet: TermSheet,
    world: Economy,
    issues: Iterable[str],
    background: str | None = None,
    on: date | None = None,
) -> Terms:
    """Return what a deal consists of: the status quo and the issues, which displace what they lift."""
    axes = tuple(sheet.issues[name] for name in issues)
    lifted = {name for issue in axes if issue.kind == "commitment" for name in issue.lifts}
    acts = tuple(act for act in sheet.acts("status-quo", background, on) if act.name not in lifted)
    known = {act.name for act in acts}
    needed = dict.fromkeys(issue.quota for issue in axes if isinstance(issue, MOVES))
    acts += tuple(sheet.measures[name] for name in needed if name not in known)
    return _terms(sheet, world, acts, axes, on)


def _terms(sheet: TermSheet, world: Economy, acts: Iterable[Act], issues: tuple[Issue, ...], on: date | None) -> Terms:
    clauses, quotas = [], []
    transfers = np.zeros((len(world.regions), 1 + len(issues)))
    moves = tuple(_move(issue, k) for k, issue in enumerate(issues) if isinstance(issue, MOVES))
    acts = tuple(acts)
    replaced = {name for act in acts if act.kind == "commitment" for name in act.replaces}
    for act in (act for act in acts if act.name not in replaced):
        clauses += act_clauses(sheet, world, act, on)
        if isinstance(act, CommitmentAct):
            transfers[:, 0] += _transfer(sheet, world, act, act.transfer[1])
        elif isinstance(act, QuotaAct | SafeguardAct):
            quotas.append(_quota(sheet, world, act, moves, sheet.day_of(act, on)))
    for k, issue in enumerate(issues):
        clauses += issue_clauses(sheet, world, issue, k)
        if isinstance(issue, CommitmentIssue):
            transfers[:, 1 + k] += _transfer(sheet, world, issue, issue.transfer(1.0)[1])
    return Terms(tuple(clauses), tuple(quotas), moves, transfers)


def _move(issue: QuotaVolumeIssue | QuotaShareIssue | MarkupIssue, position: int) -> QuotaMove:
    origin = issue.on[0] if isinstance(issue, QuotaShareIssue) else ""
    return QuotaMove(position, issue.kind, issue.quota, origin, f"issues.{issue.name}")


def _quota(
    sheet: TermSheet, world: Economy, act: QuotaAct | SafeguardAct, moves: tuple[QuotaMove, ...], day: date
) -> QuotaTerms:
    """Return the terms of a quota or safeguard on a day."""
    given = act.imports_by
    shares = dict(act.shares or {}) if isinstance(act, QuotaAct) else {}
    origins = {*shares, *(given or {}), *(m.origin for m in moves if m.quota == act.name and m.origin)}
    today = sheet.day_of(act)
    volume, whole = act.volume_on(today), act.volume_on(act.from_ or today)
    return QuotaTerms(
        clause=act.name,
        path=f"measures.{act.name}",
        stood=act.from_ is None or act.from_.year < sheet.as_of.year,
        volume=volume,
        grown=act.volume_on(day) / volume,
        imports=dict(given) if given else act.imports_total,
        shares={name: share * volume / whole for name, share in shares.items()},
        rates=rates_on(act, today),
        then=rates_on(act, day),
        kept=act.kept,
        members={name: sheet.members(name, world) for name in origins},
    )


def rates_on(act: QuotaAct | SafeguardAct, day: date) -> Rates:
    """Return the duties within and over a quota or safeguard on a day, and the least mark-up within it."""
    return Rates(act.inside(day), act.outside(day), act.markup_on(day) if isinstance(act, QuotaAct) else 0.0)


def _transfer(sheet: TermSheet, world: Economy, entry: Act | Issue, amount: float) -> np.ndarray:
    """Return who receives (+) and who gives (-) an amount; groups share it by value added."""
    found = np.zeros(len(world.regions))
    size = np.asarray(world.baseline.value_added).sum(axis=1)
    givers = sheet.members(entry.by, world)
    receivers = tuple(name for name in sheet.members(entry.on, world) if name not in givers)
    for side, sign in ((givers, -1.0), (receivers, 1.0)):
        rows = [world.region_index(name) for name in side]
        if not rows:
            raise SheetError(Fault("names nobody on one of its two sides; write 'on:' a region", _path(entry)))
        found[rows] += sign * amount * size[rows] / size[rows].sum()
    return found


def _path(entry: Act | Issue) -> str:
    return f"{'issues' if hasattr(entry, 'range') else 'measures'}.{entry.name}"


def measure_clauses(sheet: TermSheet, world: Economy, on: date | None = None) -> dict[str, Clause]:
    """Return every measure of the sheet as a clause, by name: what carve-outs may refer to."""
    found = {}
    for name, act in sheet.measures.items():
        if act.kind != "commitment":
            path = f"measures.{name}"
            found[name] = _clause(sheet, world, act, path, rate=0.0, issue=None, displaces=act.replaces)
    return found


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
