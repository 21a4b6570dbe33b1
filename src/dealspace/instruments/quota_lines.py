"""From quotas of a sheet to quotas of the equilibrium: who is under which limit, and what the base year says.

The lines that a quota catches are one line of the nest for each origin and sector. Each origin with a volume of its
own (a country share, or an issue about one) has its own quota; the other origins share the rest.

A quota that started in the year of the sheet or later is new: its rates count as stated, and its limit is what came
in times volume over imports. Of one that stood in the base year the base is kept: with the quota as it stood, solving
gives ones. The duty factor tau0 that the world's data show for a line is what its buyers paid, so the rates of the act
say how far premium and duty are apart, and the data what they come to:

- imports below `SLACK` of the volume: the quota was slack, so ``inside`` is tau0;
- imports within `SLACK` and `OVER` of it: it was binding, the limit is what came in, and the premium is what tau0 shows
  over ``inside``, between none and ``outside / inside``;
- imports beyond: they came over quota, so ``outside`` is tau0.

Where the act's rates differ from the data by more than `TOLD`, both are moved together and a sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dealspace.core.quotas import CLOSED, Quotas, as_arrays
from dealspace.errors import Fault, SheetError
from dealspace.instruments.parts import Parts
from dealspace.instruments.quota_map import Limits, Marks, QuotaMap
from dealspace.instruments.stacking import Clause
from dealspace.instruments.valorem import barrier_factors

if TYPE_CHECKING:
    from dealspace.world.economy import Economy

SLACK, OVER = 0.97, 1.03
TOLD = 0.005
REST = "others"


class Rates(NamedTuple):
    """Duties within and over a quota (None: closed) and the least mark-up on what comes in within it, fractions."""

    inside: float
    outside: float | None
    markup: float

    @property
    def paid(self) -> float:
        """Gross factor within the quota."""
        return 1.0 + self.inside + self.markup

    @property
    def ratio(self) -> float:
        """Factor over the quota by that within, at least 1."""
        return CLOSED if self.outside is None else max((1.0 + self.outside) / self.paid, 1.0)


@dataclass(frozen=True)
class QuotaTerms:
    """A quota or safeguard; volumes in one unit.

    Attributes
    ----------
    clause : str
        Name of its clause; `path` is the key in the sheet.
    stood : bool
        Whether it stood in the base year.
    volume : float
        Volume as it stands; `grown` is the factor by which it will have grown on the day asked for.
    imports : float, or dict by origin
        What came in in the base year.
    shares : dict of str to float
        Volumes kept for single origins.
    rates, then : Rates
        As they stand, and on the day asked for.
    kept : float
        Share of the rents that stays with the importer.
    members : dict of str to tuple of str
        Regions of each origin named in `shares` and `imports`, and in issues about the quota.
    """

    clause: str
    path: str
    stood: bool
    volume: float
    grown: float
    imports: float | Mapping[str, float]
    shares: Mapping[str, float]
    rates: Rates
    then: Rates
    kept: float
    members: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class QuotaMove:
    """An issue that moves a quota: `kind` is quota-volume, quota-share (of `origin`) or markup; `path` in the sheet."""

    issue: int
    kind: str
    quota: str
    origin: str
    path: str


@dataclass(frozen=True, eq=False)
class _Lines:
    """Lines of one quota act: cell, exporter's name, share, tau0, and net sales in the base (USD million)."""

    cell: np.ndarray
    exporter: tuple[str, ...]
    share: np.ndarray
    tau0: np.ndarray
    sales: np.ndarray
    barrier: np.ndarray
    barriers: np.ndarray


@dataclass(frozen=True, eq=False)
class _Act:
    """One act turned into quotas: names, volumes and worths (K,), of the lines the quota and its two factors (L,)."""

    names: tuple[str, ...]
    volume: np.ndarray
    worth: np.ndarray
    shares: np.ndarray
    quota: np.ndarray
    inside: np.ndarray
    outside: np.ndarray
    kept: np.ndarray
    marked: np.ndarray
    notes: tuple[str, ...]


def quota_map(
    world: Economy,
    parts: Parts,
    terms: Sequence[QuotaTerms],
    moves: Sequence[QuotaMove],
    clauses: tuple[Clause, ...],
    where: np.ndarray,
    issues: int,
) -> tuple[QuotaMap | None, tuple[str, ...], tuple[str, ...]]:
    """Return the quotas of a deal, their names, and notes; `parts` are the goods under quotas, `where` the cells.

    Raises
    ------
    SheetError
        Where a quota cannot be made to fit the base year, or an issue is about an origin that sells nothing.
    """
    acts: list[_Act] = []
    lines: list[_Lines] = []
    used: list[QuotaTerms] = []
    notes: list[str] = []
    position = {clause.name: k for k, clause in enumerate(clauses)}
    for term in terms:
        rows = np.asarray(parts.on[:, :, position[term.clause]].any(axis=1))
        mine = tuple(move for move in moves if move.quota == term.clause)
        if not rows.any():
            if mine:
                raise SheetError(Fault(f"{term.clause} catches no trade in this world", mine[0].path))
            if not any(term.clause in clause.displaces for clause in clauses):  # else it is meant to be gone
                notes.append(f"{term.clause} catches no trade in this world and is left out.")
            continue
        found = _lines_of(world, parts.rows(rows), clauses, issues)
        acts.append(_act(term, found, mine, issues))
        lines.append(found)
        used.append(term)
    if not acts:
        return None, (), tuple(notes)
    names = tuple(name for act in acts for name in act.names)
    notes += [note for act in acts for note in act.notes]
    return _assembled(world, acts, lines, used, moves, where, issues), names, tuple(notes)


def _lines_of(world: Economy, parts: Parts, clauses: tuple[Clause, ...], issues: int) -> _Lines:
    """Join the goods of an act by cell; barriers must be the same on all of a cell's goods."""
    cell, at = np.unique(parts.cell, return_inverse=True)
    share = np.bincount(at, parts.share)
    net = np.bincount(at, parts.share / parts.tau0)
    barrier, barriers = np.ones(len(parts.cell)), np.zeros((len(parts.cell), issues), dtype=bool)
    for k, clause in enumerate(clauses):
        if clause.kind != "ntb":
            continue
        on = parts.on[:, 0, k]
        if clause.rate is not None:
            barrier[on] *= barrier_factors(clause.base, clause.rate)[0]
        elif clause.issue is not None and issues:
            barriers[on, clause.issue] = True
    first = np.unique(at, return_index=True)[1]
    sectors, regions = len(world.sectors), len(world.regions)
    exporter = tuple(world.regions[int(k)] for k in cell // sectors % regions)
    spending = (world.flows * (1.0 + world.tariff)).reshape(-1)[cell]
    # The level of the cells' sales is the economy's; the lines give the share in it.
    return _Lines(cell, exporter, share, share / net, net * spending, barrier[first], barriers[first])


def _act(term: QuotaTerms, lines: _Lines, moves: Sequence[QuotaMove], issues: int) -> _Act:
    """Turn an act into one quota for each origin with a volume of its own and one for the others."""
    own = [*term.shares, *(m.origin for m in moves if m.kind == "quota-share" and m.origin not in term.shares)]
    own = list(dict.fromkeys(own))
    of = {region: k for k, key in reversed(list(enumerate(own))) for region in term.members[key]}
    quota = np.array([of.get(region, len(own)) for region in lines.exporter])
    sales = np.bincount(quota, lines.sales, len(own) + 1)
    for move in moves:
        if move.kind == "quota-share" and sales[own.index(move.origin)] == 0:
            message = f"{term.clause} catches no trade with {move.origin} in this world, so its share cannot move"
            raise SheetError(Fault(message, move.path))
    imports = _imports(term, own, sales)
    volume = np.array([*(term.shares.get(key, imports[k]) for k, key in enumerate(own)), 0.0])
    volume[-1] = max(term.volume - volume.sum(), 0.0)
    there = np.flatnonzero(sales > 0)
    rank = np.searchsorted(there, quota)
    names = [term.clause if not own else f"{term.clause}:{[*own, REST][k]}" for k in there]
    shares = np.zeros((len(there), issues), dtype=bool)
    for move in moves:
        if move.kind == "quota-share":
            shares[np.searchsorted(there, own.index(move.origin)), move.issue] = True
    pieces = [
        _calibrated(term, names[k], imports[at], volume[at], sales[at], lines, rank == k) for k, at in enumerate(there)
    ]
    worth = np.array([piece[0] for piece in pieces])
    inside, outside, kept = np.zeros(len(quota)), np.zeros(len(quota)), np.zeros(len(quota))
    for k, (_, low, high, share_kept, _) in enumerate(pieces):
        inside[rank == k], outside[rank == k], kept[rank == k] = low, high, share_kept
    notes = tuple(note for piece in pieces for note in piece[4])
    marked = inside / term.then.paid
    return _Act(tuple(names), volume[there], worth, shares, rank, inside, outside, kept, marked, notes)


def _imports(term: QuotaTerms, own: list[str], sales: np.ndarray) -> np.ndarray:
    """Return what came in under each quota of an act, (own + others,), in its unit.

    Where only the whole is given, or not an origin's part, it is shared as base sales are.
    """
    whole = term.imports if isinstance(term.imports, int | float) else sum(term.imports.values())
    given: Mapping[str, float] = {} if isinstance(term.imports, int | float) else term.imports
    found = np.full(len(sales), np.nan)
    for k, key in enumerate(own):
        inside = [name for name in given if set(term.members[name]) <= set(term.members[key])]
        if inside:
            found[k] = sum(given[name] for name in inside)
    left = max(whole - np.nansum(found), 0.0)
    blank = np.isnan(found)
    found[blank] = left * sales[blank] / max(sales[blank].sum(), 1e-300)
    return found


def _calibrated(
    term: QuotaTerms, name: str, imports: float, volume: float, sales: float, lines: _Lines, rows: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, float, list[str]]:
    """Return worth of a unit of volume, inside and outside factors of the lines, rents kept, and notes."""
    tau0, share, rates = lines.tau0[rows], lines.share[rows], term.rates
    _check_fill(term, name, imports, volume)
    fill = imports / volume
    if not term.stood:
        inside = np.full(len(tau0), term.then.paid)
        return term.grown * sales / imports, inside, inside * term.then.ratio, term.kept, []
    shown = float(np.exp(np.average(np.log(tau0 / rates.paid), weights=share)))
    premium = 1.0 if fill < SLACK else rates.ratio if fill > OVER else min(max(shown, 1.0), rates.ratio)
    inside = tau0 / premium
    notes, kept = [], term.kept
    off = float(np.average(inside, weights=share)) - rates.paid
    if abs(off) > TOLD:
        notes.append(
            f"{name}: the base year's data show a duty of {100 * (np.average(tau0, weights=share) - 1):.1f} % on its "
            f"products; the duty within the quota is taken as {100 * (rates.paid - 1 + off):.1f} % instead of the "
            f"{100 * (rates.paid - 1):.1f} % stated, and that over it moves along, so that the base year is kept."
        )
    if kept < 1.0 and premium > 1.0 + 1e-9:
        notes.append(
            f"{name}: the base year counts its rents as the importer's, so all of them are taken to stay there."
        )
        kept = 1.0
    worth = term.grown * sales / (imports if fill < SLACK or fill > OVER else volume)
    now = inside * term.then.paid / rates.paid
    return worth, now, now * term.then.ratio, kept, notes


def _check_fill(term: QuotaTerms, name: str, imports: float, volume: float) -> None:
    """Refuse a quota whose figures contradict the base year."""
    if imports <= 0 or volume <= 0:
        what = f"imports of {imports:g}" if imports <= 0 else f"a volume of {volume:g}"
        message = f"{name} has {what} but there is trade in its products; state 'imports' and 'shares' by origin"
        raise SheetError(Fault(message, term.path))
    if term.stood and imports > OVER * volume and term.rates.outside is None:
        message = f"{name} is closed beyond its volume, yet imports are {100 * imports / volume:.0f} % of it"
        raise SheetError(Fault(f"{message}; state both alike", term.path))


def _assembled(
    world: Economy,
    acts: list[_Act],
    lines: list[_Lines],
    terms: list[QuotaTerms],
    moves: Sequence[QuotaMove],
    where: np.ndarray,
    issues: int,
) -> QuotaMap:
    """Lay the quotas of all acts out in a row."""
    cells = np.unique(np.concatenate([found.cell for found in lines]))
    totals, marks = _moved(acts, terms, moves, issues)
    limits = Limits(
        volume=_joined(acts, "volume"),
        worth=_joined(acts, "worth"),
        act=np.repeat(np.arange(len(acts)), [len(act.names) for act in acts]).astype(np.int32),
        total=np.array([term.volume for term in terms]),
        totals=totals,
        shares=_joined(acts, "shares"),
    )
    return QuotaMap(
        place=np.searchsorted(where, cells).astype(np.int32),
        plain_sales=np.zeros(len(cells)),
        fixed=_fixed(world, acts, lines, cells),
        limits=limits,
        barriers=_joined(lines, "barriers"),
        marks=marks,
    )


def _joined(parts: Sequence[_Act] | Sequence[_Lines], name: str) -> np.ndarray:
    return np.concatenate([getattr(part, name) for part in parts])


def _fixed(world: Economy, acts: list[_Act], lines: list[_Lines], cells: np.ndarray) -> Quotas:
    """Return the quotas at the status quo; sums over other lines and the elasticity are put in by the map."""
    regions, sectors = len(world.regions), len(world.sectors)
    first = np.cumsum([0, *(len(act.names) for act in acts)])
    fixed: dict[str, Any] = {
        "importer": (cells // sectors // regions).astype(np.int32),
        "exporter": (cells // sectors % regions).astype(np.int32),
        "sector": (cells % sectors).astype(np.int32),
        "rest_price": np.zeros(len(cells)),
        "rest_sales": np.zeros(len(cells)),
        "cell": np.searchsorted(cells, _joined(lines, "cell")).astype(np.int32),
        "quota": np.concatenate([act.quota + start for act, start in zip(acts, first, strict=False)]).astype(np.int32),
        "share": _joined(lines, "share"),
        "tau0": _joined(lines, "tau0"),
        "inside": _joined(acts, "inside"),
        "outside": _joined(acts, "outside"),
        "barrier": _joined(lines, "barrier"),
        "kept": _joined(acts, "kept"),
        "limit": _joined(acts, "volume") * _joined(acts, "worth"),
        "eta": 2.0,
    }
    return as_arrays(Quotas(**fixed))


def _moved(
    acts: list[_Act], terms: list[QuotaTerms], moves: Sequence[QuotaMove], issues: int
) -> tuple[np.ndarray, Marks | None]:
    """Return which issue sets the whole volume of which act (F, I), and the mark-ups that issues set."""
    totals = np.zeros((len(acts), issues), dtype=bool)
    owner = np.repeat(np.arange(len(acts)), [len(act.inside) for act in acts])
    slope, before = np.zeros((len(owner), issues)), np.zeros(issues)
    of = {term.clause: f for f, term in enumerate(terms)}
    for move in moves:
        f = of.get(move.quota)
        if f is None:
            continue
        if move.kind == "quota-volume":
            totals[f, move.issue] = True
        elif move.kind == "markup":
            slope[owner == f, move.issue] = acts[f].marked
            before[move.issue] = terms[f].then.markup
    return totals, Marks(slope, before) if slope.any() else None
