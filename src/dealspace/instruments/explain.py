"""What applies to a product, in which order, under which act, and the duty that results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, Fault, SheetError, unknown_name
from dealspace.instruments.clauses import measure_clauses, own_lists, placed, policy_clauses, rates_on
from dealspace.instruments.parts import PairParts, pair_parts
from dealspace.instruments.products import known_lists, line_book, select
from dealspace.instruments.stacking import BORDER, DUTIES, ORDER, Clause, barrier, duty
from dealspace.termsheet.acts_quota import QuotaAct, SafeguardAct
from dealspace.termsheet.products import parse_term

if TYPE_CHECKING:
    from dealspace.termsheet.products import ProductTerm
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


@dataclass(frozen=True)
class Step:
    """One act at work on a product.

    Attributes
    ----------
    name : str
        Name of the measure or issue.
    how : {"quota", "inclusive", "add", "replace", "ceiling", "cut", "ntb"}
        A quota or safeguard sets the whole duty of its goods; ``ceiling`` is what a most-favoured-nation rate does for
        those it does not name.
    rate : float
        Its rate, share cut or points removed, a fraction; of a quota the duty within it.
    duty : float
        The duty once it has been counted, a fraction.
    authority, source : str
        As the sheet states them.
    in_force : date or None
    """

    name: str
    how: str
    rate: float
    duty: float
    authority: str = ""
    source: str = ""
    in_force: date | None = None


@dataclass(frozen=True)
class Ruling:
    """What part of a product pays, and why.

    Attributes
    ----------
    share : float
        Share of the product's trade of the pair that this ruling is about; the shares add to 1.
    codes : tuple of str
        HS codes of the lines, sorted; empty where the world knows the sector only.
    normal : float
        Normal duty before any measure, mean over the lines weighted by customs value, a fraction.
    normal_range : (float, float)
        Lowest and highest normal duty of the lines.
    steps : tuple of Step
        Acts in the order they count.
    passed_over : tuple of (str, str)
        Acts of the policy on this pair that name these products but do not apply, each with the reason.
    duty : float
        The duty on the mean line, a fraction.
    barrier : float
        Factor on the trade cost, 1 without barriers.
    """

    share: float
    codes: tuple[str, ...]
    normal: float
    normal_range: tuple[float, float]
    steps: tuple[Step, ...]
    passed_over: tuple[tuple[str, str], ...]
    duty: float
    barrier: float


@dataclass(frozen=True)
class Explanation:
    """The rulings on a product of one importer from one exporter under a policy, largest share first."""

    importer: str
    exporter: str
    product: str
    policy: str
    on: date | None
    rulings: tuple[Ruling, ...]

    @property
    def duty(self) -> float:
        """Mean duty over the rulings, weighted by their shares of customs value, a fraction."""
        return sum(ruling.share * ruling.duty for ruling in self.rulings)


def explain(
    sheet: TermSheet,
    world: Economy,
    importer: str,
    exporter: str,
    product: str,
    policy: str = "status-quo",
    *,
    on: date | None = None,
    background: str | None = None,
) -> Explanation:
    """Say which acts apply to a product, in which order, and the duty that results.

    Parameters
    ----------
    sheet, world : TermSheet, Economy
    importer, exporter : str
        Regions.
    product : str
        A product term: ``C29``, ``hs:8703.23`` (or the bare code), ``list:annex-II``.
    policy : str
        A policy or an offer of the sheet.
    on : date, optional
        Count only the acts in force on that day; all of the policy by default.
    background : {"in-force", "letters-applied"}, optional

    Raises
    ------
    SheetError
        When the product cannot be told apart in the world's data, or the pair does not trade it.
    UnknownNameError
        For unknown names.
    """
    if policy not in sheet.policies and policy not in sheet.offers:
        raise unknown_name("policy", policy, [*sheet.policies, *sheet.offers])
    for region in (importer, exporter):
        world.region_index(region)
    clauses = tuple(c for c in policy_clauses(sheet, world, policy, background, on) if c.kind in BORDER)
    clauses = tuple(_with_inside(sheet, clause, on) for clause in clauses)
    book, lists = line_book(world), known_lists(own_lists(sheet))
    try:
        pair = pair_parts(book, clauses, measure_clauses(sheet, world), lists, importer, exporter)
        rows = select((_term(product),), pair.lines, book, lists, "product")
        named = [select(clause.products, pair.lines, book, lists, clause.path) for clause in pair.clauses]
    except DealspaceError as error:
        raise placed(sheet, error) from None
    if not rows.any():
        raise SheetError(Fault(f"{importer} imports no {product} from {exporter} in this world"))
    rulings = _rulings(sheet, pair, _customs_value(world, pair), np.flatnonzero(rows), named)
    return Explanation(importer, exporter, product, policy, on, rulings)


def _term(product: str) -> ProductTerm:
    bare = product.replace(".", "")
    return parse_term(f"hs:{bare}" if bare.isdigit() else product)


def _with_inside(sheet: TermSheet, clause: Clause, on: date | None) -> Clause:
    """Give a quota the duty within it as its rate; over the quota see `dealspace.instruments.explain_line`."""
    if clause.stacking != "quota":
        return clause
    act = sheet.measures[clause.entry]
    assert isinstance(act, QuotaAct | SafeguardAct), "no other measure sets the whole duty by volume"
    rates = rates_on(act, sheet.day_of(act, on))
    return replace(clause, rate=rates.inside + rates.markup)


def _customs_value(world: Economy, pair: PairParts) -> np.ndarray:
    """Return the base value of each line net of duty, (lines,), on the scale of the economy's cells."""
    lines = pair.lines
    net = lines.share / lines.tau0
    cell = np.bincount(lines.sector, net, len(world.sectors))
    flows = world.flows[world.region_index(lines.importer), world.region_index(lines.exporter)]
    return net / cell[lines.sector] * flows[lines.sector]


def _rulings(
    sheet: TermSheet, pair: PairParts, value: np.ndarray, rows: np.ndarray, named: list[np.ndarray]
) -> tuple[Ruling, ...]:
    """Group the parts of the lines by the acts that apply and by those that are passed over."""
    groups: dict[tuple[bytes, bytes], list[tuple[int, int]]] = {}
    for h in rows:
        seen = np.array([mask[h] for mask in named], dtype=bool)
        for part, width in enumerate(pair.width):
            if width > 0:
                groups.setdefault((pair.on[:, h, part].tobytes(), seen.tobytes()), []).append((h, part))
    total = sum(value[h] * pair.width[part] for spots in groups.values() for h, part in spots)
    found = [_ruling(sheet, pair, spots, value, total, named) for spots in groups.values()]
    return tuple(sorted(found, key=lambda ruling: -ruling.share))


def _ruling(
    sheet: TermSheet,
    pair: PairParts,
    spots: list[tuple[int, int]],
    value: np.ndarray,
    total: float,
    named: list[np.ndarray],
) -> Ruling:
    lines = pair.lines
    at = np.array([h for h, _ in spots])
    weight = np.array([value[h] * pair.width[part] for h, part in spots])
    first, part = spots[0]
    on = pair.on[:, first, part]
    here = sorted(
        (clause for clause, applies in zip(pair.clauses, on, strict=True) if applies),
        key=lambda clause: ORDER.index(clause.stacking),
    )
    normal = float(np.average(lines.reported[at], weights=weight))
    passed = [
        (clause.entry, _reason(sheet, pair, clause, first, part))
        for clause, applies, mask in zip(pair.clauses, on, named, strict=True)
        if mask[first] and not applies
    ]
    quota = next((clause for clause in here if clause.stacking == "quota"), None)
    if quota is not None:
        passed += [(c.entry, f"{quota.entry} sets the whole duty") for c in here if c.stacking in DUTIES]
        here = [clause for clause in here if clause.stacking in ("quota", "ntb")]
    return Ruling(
        share=float(weight.sum() / total),
        codes=tuple(sorted({str(code) for code in lines.codes[at] if code})),
        normal=normal,
        normal_range=(float(lines.reported[at].min()), float(lines.reported[at].max())),
        steps=_steps(sheet, tuple(here), normal),
        passed_over=tuple(passed),
        duty=_duty(tuple(here), normal),
        barrier=barrier(here),
    )


def _duty(clauses: tuple[Clause, ...], normal: float) -> float:
    if clauses and clauses[0].stacking == "quota":
        return float(clauses[0].rate or 0.0)
    duties = tuple(clause for clause in clauses if clause.kind != "ntb")
    return duty(normal, duties, tuple(float(clause.rate or 0.0) for clause in duties))


def _steps(sheet: TermSheet, clauses: tuple[Clause, ...], normal: float) -> tuple[Step, ...]:
    steps = []
    for k, clause in enumerate(clauses):
        act = sheet.measures.get(clause.entry)
        entry = act or sheet.issues.get(clause.entry)
        source = "" if entry is None or entry.source is None else str(entry.source)
        steps.append(
            Step(
                name=clause.entry,
                how=clause.stacking,
                rate=float(clause.rate or 0.0),
                duty=_duty(clauses[: k + 1], normal),
                authority=act.authority if act else "",
                source=source,
                in_force=act.from_ if act else None,
            )
        )
    return tuple(steps)


def _reason(sheet: TermSheet, pair: PairParts, clause: Clause, line: int, part: int) -> str:
    """Say why a clause that names these products does not apply to this part."""
    over = [
        other.entry
        for row, other in enumerate(pair.clauses)
        if clause.name in other.displaces and pair.on[row, line, part]
    ]
    if over:
        return f"{over[0]} stands in its place"
    if pair.cuts.coverage[part] > clause.reach:
        return f"it covers {100 * clause.reach:g} % of the trade in its products, and this is the rest"
    if pair.cuts.content[part] > clause.content:
        return f"it is due on {100 * clause.content:g} % of the value, and this is the rest"
    entry = sheet.measures.get(clause.entry) or sheet.issues[clause.entry]
    return f"carved out: except {', '.join(entry.except_)}"
