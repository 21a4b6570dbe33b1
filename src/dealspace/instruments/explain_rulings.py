"""From parts of a line to rulings: the duty after each act, and a reason for each act that stands aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.instruments.clauses import own_lists, rates_on
from dealspace.instruments.explain_reading import Reading
from dealspace.instruments.explain_scope import catches
from dealspace.instruments.normal import NormalDuty
from dealspace.instruments.products import known_lists
from dealspace.instruments.stacking import DUTIES, ORDER, Clause, barrier, duty
from dealspace.termsheet.acts_border import GatePriceAct, TariffAct
from dealspace.termsheet.acts_quota import QuotaAct, SafeguardAct

if TYPE_CHECKING:
    from dealspace.instruments.explain_line import LineParts
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


@dataclass(frozen=True)
class LineStep:
    """One act at work.

    Attributes
    ----------
    name, kind, how : str
        `how` is add, inclusive, replace, ceiling, cut, quota or ntb.
    rate : float
        Its rate, share cut or points removed on the day, a fraction.
    duty : float or None
        The duty once it has been counted; None while the normal duty is unknown.
    authority, source, note : str
    in_force, until : date or None
    words : str
        More about it: terms of a quota, a bound that is exceeded, a cost of claiming.
    """

    name: str
    kind: str
    how: str
    rate: float
    duty: float | None
    authority: str = ""
    source: str = ""
    note: str = ""
    in_force: date | None = None
    until: date | None = None
    words: str = ""


@dataclass(frozen=True)
class LineRuling:
    """What goods under the line that are treated alike pay, and why.

    Attributes
    ----------
    codes : tuple of str
        Codes in digits; ``(the rest)`` follows one whose finer codes are treated otherwise.
    share : float or None
        Share of the pair's trade in the line; None where the world does not tell.
    part : float
        Share of each of its codes that is treated so, 1 unless acts cover a part.
    normal : NormalDuty
    steps : tuple of LineStep
        Acts in the order they count.
    passed_over : tuple of (str, str)
        Acts that name the goods and do not apply, each with the reason.
    duty : float or None
        The duty that results, a fraction; None where it rests on an unknown normal duty.
    added : float
        Points that acts add, whatever the normal duty.
    at_least : float
        A duty it cannot be below, where it is not known.
    stage : str
        ``within the quota`` or ``over the quota``; empty without one.
    barrier : float
        Factor on the trade cost, 1 without barriers.
    """

    codes: tuple[str, ...]
    share: float | None
    part: float
    normal: NormalDuty
    steps: tuple[LineStep, ...]
    passed_over: tuple[tuple[str, str], ...]
    duty: float | None
    added: float
    at_least: float
    stage: str = ""
    barrier: float = 1.0


@dataclass(frozen=True)
class _Case:
    """A part of a leaf: the clauses that apply, those passed over, its normal duty."""

    here: tuple[Clause, ...]
    passed: tuple[tuple[str, str], ...]
    normal: NormalDuty


def rulings_of(
    sheet: TermSheet, world: Economy, reading: Reading, parts: LineParts, importer: str, exporter: str
) -> tuple[LineRuling, ...]:
    """Return the rulings on a line, largest share of trade first; goods in and over a quota are two."""
    cases: dict[tuple[_Case, float], list[int]] = {}
    for k in range(len(parts.leaves)):
        widths: dict[_Case, float] = {}
        for part, width in enumerate(parts.cuts.width):
            if width > 0:
                case = _case(sheet, world, reading, parts, k, part, (importer, exporter))
                widths[case] = widths.get(case, 0.0) + float(width)
        for case, width in widths.items():
            cases.setdefault((case, round(width, 12)), []).append(k)
    found = []
    for (case, width), leaves in cases.items():
        share = None if parts.shares is None else float(parts.shares[leaves].sum()) * width
        codes = tuple(str(parts.leaves[k]) for k in leaves)
        found += _rulings(
            sheet, reading, case, LineRuling(codes, share, width, case.normal, (), case.passed, None, 0, 0)
        )
    return tuple(sorted(found, key=lambda r: (-(r.share or 0.0), r.codes, -r.part)))


def _case(
    sheet: TermSheet, world: Economy, reading: Reading, parts: LineParts, k: int, part: int, pair: tuple[str, str]
) -> _Case:
    on = parts.on[:, k, part]
    passed: list[tuple[str, str]] = []
    if parts.without is not None:
        claimed, unclaimed = _applying(parts, on), _applying(parts, parts.without[:, k, part])
        cost = float(np.prod([1.0 + clause.origin_cost for clause in claimed]))
        normal = parts.normals[k].value or 0.0
        if cost > 1.0 and (1.0 + _duty(claimed, normal)) * cost >= 1.0 + _duty(unclaimed, normal):
            dear = [clause for clause in claimed if clause.origin_cost]
            passed += [(clause.entry, "not claimed: proof of origin costs more than it saves") for clause in dear]
            on = parts.without[:, k, part]
    here = _applying(parts, on)
    whole = next((clause for clause in here if clause.stacking == "quota"), None)
    if whole is not None:
        reason = f"{whole.entry} sets the whole duty of these goods"
        passed += [(c.entry, reason) for c in here if c.stacking not in ("quota", "ntb")]
        here = tuple(c for c in here if c.stacking in ("quota", "ntb"))
    known = {clause.entry for clause in here} | {name for name, _ in passed}
    for row, clause in enumerate(parts.clauses):
        if parts.named[clause.name][k] and not on[row] and clause.entry not in known:
            passed.append((clause.entry, _reason(sheet, world, parts, clause, k, part)))
    return _Case(here, (*passed, *_idle(sheet, world, reading, parts, k, pair)), parts.normals[k])


def _applying(parts: LineParts, on: np.ndarray) -> tuple[Clause, ...]:
    found = [clause for clause, applies in zip(parts.clauses, on, strict=True) if applies]
    return tuple(sorted(found, key=lambda clause: ORDER.index(clause.stacking)))


def _idle(
    sheet: TermSheet, world: Economy, reading: Reading, parts: LineParts, k: int, pair: tuple[str, str]
) -> list[tuple[str, str]]:
    """Name the acts on this line that stand aside for a reason of time."""
    importer, exporter = pair
    lists = known_lists(own_lists(sheet))
    found = []
    for act, reason in reading.idle:
        if act.kind in ("commitment", "subsidy", "export-tax", "services-tax"):
            continue
        on_pair = importer in sheet.members(act.by, world) and exporter in sheet.partners(act, world)
        if on_pair and catches(act.products.terms, parts.leaves[k], lists, world):
            found.append((act.name, reason))
    return found


def _reason(sheet: TermSheet, world: Economy, parts: LineParts, clause: Clause, k: int, part: int) -> str:
    """Say why a clause that names these goods does not apply to this part of them."""
    for row, other in enumerate(parts.clauses):
        if clause.name in other.displaces and parts.on[row, k, part]:
            return f"replaced: {other.entry} stands in its place"
    if not parts.scope[clause.name][k]:
        term = catches(clause.except_products, parts.leaves[k], known_lists(own_lists(sheet)), world)
        return f"carved out: except {term}"
    row = parts.clauses.index(clause)
    elsewhere = parts.on[row, k].any()
    if elsewhere and parts.cuts.coverage[part] > clause.reach:
        what = "uses the preference" if clause.utilisation < 1 else "is covered"
        return f"coverage: {100 * clause.reach:g} % of the trade {what}, and this is the rest"
    if elsewhere and parts.cuts.content[part] > clause.content:
        return f"content: it is due on {100 * clause.content:g} % of the value, and this is the rest"
    caught = [name for name in clause.except_measures if name in parts.scope and parts.scope[name][k]]
    active = {other.entry for row, other in enumerate(parts.clauses) if parts.on[row, k, part]}
    return f"carved out: except {', '.join([n for n in caught if n in active] or caught or clause.except_measures)}"


def _duty(clauses: tuple[Clause, ...], normal: float) -> float:
    duties = tuple(clause for clause in clauses if clause.stacking in DUTIES)
    return duty(normal, duties, tuple(float(clause.rate or 0.0) for clause in duties))


def _rulings(sheet: TermSheet, reading: Reading, case: _Case, blank: LineRuling) -> list[LineRuling]:
    """Fill in what is due: two rulings where a quota sets it."""
    blank = replace(blank, barrier=barrier(case.here))
    quota = next((clause for clause in case.here if clause.stacking == "quota"), None)
    if quota is not None:
        return _by_quota(sheet, reading, case, quota, blank)
    value = case.normal.value
    known = value is not None or any(clause.stacking == "replace" for clause in case.here)
    steps = []
    for k, clause in enumerate(case.here):
        so_far = case.here[: k + 1]
        fixed = value is not None or any(c.stacking == "replace" for c in so_far)
        steps.append(_step(sheet, clause, _duty(so_far, value or 0.0) if fixed else None))
    least = _duty(case.here, value or 0.0)
    added = sum(float(c.rate or 0.0) for c in case.here if c.stacking == "add")
    return [replace(blank, steps=tuple(steps), duty=least if known else None, added=added, at_least=least)]


def _by_quota(sheet: TermSheet, reading: Reading, case: _Case, quota: Clause, blank: LineRuling) -> list[LineRuling]:
    act = sheet.measures[quota.entry]
    assert isinstance(act, QuotaAct | SafeguardAct), "no other measure sets the whole duty by volume"
    day = sheet.day_of(act, reading.day)
    moves = reading.moves.get(quota.entry, {})
    words = _quota_words(act, day, moves)
    inside, outside, stated = rates_on(act, day)
    markup = moves.get("markup", stated)
    barriers = tuple(_step(sheet, clause, None) for clause in case.here if clause.stacking == "ntb")
    kind = "quota" if act.kind == "quota" else "trigger"
    named = "what scarcity adds to the price is no duty and not counted here"
    if markup:
        named = f"{100 * inside:g} % duty and at least {100 * markup:g} % mark-up; {named}"
    stages = [(f"within the {kind}", inside + markup, named)]
    if outside is not None:
        stages.append((f"over the {kind}", outside, ""))
    found = []
    for stage, rate, more in stages:
        if case.normal.stage not in ("", stage):
            continue
        text = "; ".join(part for part in (words, more) if part)
        step = replace(_step(sheet, quota, rate), rate=rate, words=text)
        found.append(replace(blank, steps=(step, *barriers), duty=rate, at_least=rate, stage=stage))
    return found


def _quota_words(act: QuotaAct | SafeguardAct, day: date, moves: dict[str, float]) -> str:
    """Say how large a quota is and who has how much of it."""
    volume = moves["volume"] if "volume" in moves else act.volume_on(day)
    parts = [f"{volume:g} kt a year"]
    if not isinstance(act, QuotaAct):
        return parts[0]
    shares = _shares(act, volume, moves)
    if shares:
        parts.append("kept for " + ", ".join(f"{name} {round(share, 1):g} kt" for name, share in shares.items()))
    if act.closed:
        parts.append("nothing comes in over it")
    if act.administration:
        parts.append(act.administration)
    return "; ".join(parts)


def _shares(act: QuotaAct, volume: float, moves: dict[str, float]) -> dict[str, float]:
    """Return the country shares: those that a deal sets, the others of what is left as they shared it before."""
    before = dict(act.shares or {})
    agreed = {key.removeprefix("share:"): value for key, value in moves.items() if key.startswith("share:")}
    imports = act.imports_by or {}
    taken = sum(before.get(name, imports.get(name, 0.0)) for name in agreed)
    was_open = act.volume - taken
    left = (volume - sum(agreed.values())) / was_open if was_open > 0 else 0.0
    return {name: share * max(left, 0.0) for name, share in before.items() if name not in agreed} | agreed


def _step(sheet: TermSheet, clause: Clause, so_far: float | None) -> LineStep:
    entry = sheet.measures.get(clause.entry) or sheet.issues[clause.entry]
    act = sheet.measures.get(clause.entry)
    source = sheet.sources.get(str(entry.source), entry.source) if entry.source is not None else ""
    words = []
    bound = getattr(entry, "bound", None)
    if bound is not None and so_far is not None and so_far > bound + 1e-12:
        words.append(f"above the bound rate of {100 * bound:g} %")
    if clause.origin_cost:
        words.append(f"proof of origin costs {100 * clause.origin_cost:g} %")
    if isinstance(act, TariffAct) and act.specific is not None:
        words.append(f"{act.specific} at a price of {act.price}")
    if isinstance(act, GatePriceAct):
        words.append(f"gate price {act.gate} at an import price of {act.price}")
    return LineStep(
        name=clause.entry,
        kind=clause.kind,
        how=clause.stacking,
        rate=float(clause.rate or 0.0),
        duty=so_far,
        authority=act.authority if act else "issue of the deal",
        source=str(source or ""),
        note=entry.note,
        in_force=act.from_ if act else None,
        until=act.until if act else None,
        words="; ".join(words),
    )
