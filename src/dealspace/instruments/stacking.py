"""Which acts meet on a part of a line, and the duty and barrier that result.

A *part* is a share of one product line of one importer and exporter. A clause that covers 40 % of the trade in its
products splits a line in two goods; coverages are nested, so clauses with the same coverage catch the same goods. The
share of a preference's trade that uses it is such a coverage. A clause on the *content* of a good (25 % of its value)
splits the value of every single good: its duty is the mean over the slices of its value. Contents are nested too.

The rule, in this order and whatever the order in which a sheet lists its acts:

1. carve-outs: a clause does not catch what its ``except`` names; the name of a measure stands for what that measure
   catches of this pair's trade (within its own coverage, content and carve-outs), whether or not it is in force;
2. displacement: where a clause applies, the measures that it replaces or lifts do not;
3. ``quota``: a quota or safeguard sets the whole duty of its goods, so nothing of 4 to 8 counts there;
4. ``inclusive``: the normal duty is raised to the largest inclusive rate, max(normal, rate);
5. ``add``: rates that add are summed on top, so two acts that both catch a line and except nothing both count;
6. ``replace``: the rate is the whole duty, whatever 4 and 5 gave; two of them on one part is a fault;
7. ``ceiling``: what a most-favoured-nation rate gives to others, the smaller of the duty so far and the rate;
8. ``cut``: the duty so found shrinks by the share, one cut after another;
9. barriers: the trade cost changes by (1 + base - reduction) / (1 + base), one factor per clause;
10. a preference that costs something to claim is used only where duty and cost together are less than without it.

Taxes on services, subsidies and export taxes are no duties of lines: see `dealspace.instruments.levies`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dealspace.errors import Fault, SheetError

#: Kinds of clauses that set duties or trade costs at the border, line by line.
BORDER = ("tariff", "gate-price", "quota", "safeguard", "ntb")
#: Kinds that tax or subsidise sales of whole cells.
LEVIES = ("services-tax", "subsidy", "export-tax")
#: Levies on the producer's price, with their sign as a subsidy.
SUBSIDIES = {"subsidy": 1.0, "export-tax": -1.0}
#: Ways of stacking in the order in which they count, and those of them that are summed up by `duty`.
ORDER = ("quota", "inclusive", "add", "replace", "ceiling", "cut", "ntb")
DUTIES = ORDER[1:-1]


@dataclass(frozen=True)
class Clause:
    """An act or an issue, reduced to what it does to trade.

    Attributes
    ----------
    name : str
        Its name in the sheet, `path` the key there (``measures.letter-25``); ``:mfn`` follows where it stands for
        what a most-favoured-nation act gives to others.
    kind : str
        One of `BORDER` or `LEVIES`.
    stacking : {"add", "inclusive", "replace", "ceiling", "cut", "quota", "ntb", "levy"}
    rate : float or None
        Rate, share cut or points removed, a fraction; None when `issue` says which entry of a deal it is.
    issue : int or None
        Position of its value in the vector of a deal.
    base : float
        Ad valorem equivalent of a barrier in the benchmark.
    importers, exporters : frozenset of str
        Regions.
    products : tuple of terms
        Terms of the sheet's product selector, a union.
    except_products : tuple of terms
    except_measures : tuple of str
    displaces : tuple of str
        Measures in whose place it stands.
    coverage : float
        Share of the trade in its products.
    own : bool
        Whether sales at home are meant as well; of a border clause they never are.
    content : float
        Share of the value of each good that it is about.
    utilisation : float
        Share of the trade that claims a preference; `origin_cost` is what claiming costs, a fraction of the value.
    rent_share : float
        Share of a barrier that is a scarcity rent; `rent_kept` is the part of it that stays with the importer.
    """

    name: str
    path: str
    kind: str
    stacking: str
    rate: float | None
    issue: int | None
    base: float
    importers: frozenset[str]
    exporters: frozenset[str]
    products: tuple
    except_products: tuple = ()
    except_measures: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()
    coverage: float = 1.0
    own: bool = False
    content: float = 1.0
    utilisation: float = 1.0
    origin_cost: float = 0.0
    rent_share: float = 0.0
    rent_kept: float = 1.0

    def addresses(self, importer: str, exporter: str) -> bool:
        """Say whether the clause is about imports of `importer` from `exporter`."""
        if importer == exporter:
            return self.own and importer in self.importers and exporter in self.exporters
        return importer in self.importers and exporter in self.exporters

    @property
    def reach(self) -> float:
        """Share of the trade in its products that feels it: coverage times utilisation."""
        return self.coverage * self.utilisation

    @property
    def entry(self) -> str:
        """Name of the measure or issue in the sheet."""
        return self.name.partition(":")[0]


class Cuts(NamedTuple):
    """How the lines of a pair are cut: goods by coverage, and within each good slices of its value by content.

    Attributes
    ----------
    coverage, content : (parts,), upper edges; a clause applies up to its own
    width : (parts,), share of the line, adding to 1
    good : (parts,) of int, which good of the line the part belongs to, not falling
    """

    coverage: np.ndarray
    content: np.ndarray
    width: np.ndarray
    good: np.ndarray


def line_cuts(clauses: Iterable[Clause]) -> Cuts:
    """Return the cuts that tell the clauses' coverages and contents apart."""
    clauses = tuple(clauses)
    coverage = np.unique(np.array([*(clause.reach for clause in clauses), 1.0], dtype=np.float64))
    content = np.unique(np.array([*(clause.content for clause in clauses), 1.0], dtype=np.float64))
    width = np.outer(np.diff(coverage, prepend=0.0), np.diff(content, prepend=0.0)).reshape(-1)
    good = np.repeat(np.arange(len(coverage)), len(content))
    return Cuts(np.repeat(coverage, len(content)), np.tile(content, len(coverage)), width, good)


def applies(
    clauses: tuple[Clause, ...],
    named: dict[str, Clause],
    scope: dict[str, np.ndarray],
    cuts: Cuts,
    lines: int,
) -> np.ndarray:
    """Say which clauses apply on which part of which line of one pair.

    Parameters
    ----------
    clauses : those of the policy that address the pair
    named : every measure of the sheet that addresses the pair, by name, for carve-outs
    scope : by clause name, (lines,) bool: products less carved-out products
    cuts : from `line_cuts`
    lines : number of lines

    Returns
    -------
    ndarray (clauses, lines, parts) of bool

    Raises
    ------
    SheetError
        When carve-outs run in a circle.
    """
    lookup = named | {clause.name: clause for clause in clauses}
    found: dict[str, np.ndarray] = {}

    def catches(name: str, trail: tuple[str, ...]) -> np.ndarray:
        if name in trail:
            circle = " except ".join((*trail[trail.index(name) :], name))
            raise SheetError(Fault(f"carve-outs run in a circle: {circle}; drop one", lookup[name].path))
        if name not in found:
            clause = lookup[name]
            within = (cuts.coverage <= clause.reach) & (cuts.content <= clause.content)
            mask = scope[name][:, None] & within[None, :]
            for other in clause.except_measures:
                if other in lookup:
                    mask = mask & ~catches(other, (*trail, name))
            found[name] = mask
        return found[name]

    caught = np.zeros((len(clauses), lines, len(cuts.width)), dtype=bool)
    for row, clause in enumerate(clauses):
        caught[row] = catches(clause.name, ())
    out = caught.copy()
    for row, clause in enumerate(clauses):
        for other, mask in zip(clauses, caught, strict=True):
            if clause.entry in other.displaces:
                out[row] &= ~mask
    return out


def with_named(clauses: tuple[Clause, ...], named: Mapping[str, Clause]) -> dict[str, Clause]:
    """Return clauses by name, and the measures that their carve-outs name, directly or through one another."""
    wanted = {clause.name: clause for clause in clauses}
    queue = list(clauses)
    while queue:
        for name in queue.pop().except_measures:
            if name not in wanted and name in named:
                wanted[name] = named[name]
                queue.append(named[name])
    return wanted


def applies_unclaimed(
    clauses: tuple[Clause, ...],
    named: Mapping[str, Clause],
    scope: dict[str, np.ndarray],
    cuts: Cuts,
    lines: int,
) -> np.ndarray | None:
    """Return what `applies` where preferences that cost something are not claimed; None where there are none."""
    free = [row for row, clause in enumerate(clauses) if not clause.origin_cost]
    if len(free) == len(clauses):
        return None
    found = np.zeros((len(clauses), lines, len(cuts.width)), dtype=bool)
    costly = {clause.name for clause in clauses if clause.origin_cost}
    rest = {name: clause for name, clause in named.items() if name not in costly}
    found[free] = applies(tuple(clauses[row] for row in free), rest, scope, cuts, lines)
    return found


def check_single_replace(clauses: tuple[Clause, ...], on: np.ndarray, importer: str, exporter: str) -> None:
    """Refuse two clauses that each claim to be the whole duty of one part; `on` is (clauses, ...) bool."""
    for how in ("replace", "quota"):
        whole = [row for row, clause in enumerate(clauses) if clause.stacking == how]
        both = on[whole].sum(axis=0) > 1
        if len(whole) < 2 or not both.any():
            continue
        spot = tuple(np.argwhere(both)[0])
        names = [clauses[row].entry for row in whole if on[(row, *spot)]]
        raise SheetError(
            Fault(
                f"{' and '.join(names)} each set the whole duty of the same goods ({importer} on {exporter}); "
                f"write 'replaces: {names[0]}' in the one that prevails, or carve one out of the other",
                clauses[whole[0]].path,
            )
        )


def duty(normal: float, clauses: tuple[Clause, ...], values: tuple[float, ...]) -> float:
    """Return the duty of one part, a fraction: the rule of this module on plain numbers.

    Parameters
    ----------
    normal : float
        Normal duty before any measure, a fraction.
    clauses : the tariff clauses that apply, in any order
    values : their rates or shares, fractions

    Examples
    --------
    >>> duty(0.025, (), ())
    0.025
    """
    pairs = list(zip(clauses, values, strict=True))

    def of(how: str) -> list[float]:
        return [value for clause, value in pairs if clause.stacking == how]

    rate = max([normal, *of("inclusive")]) + sum(of("add"))
    for value in of("replace"):
        rate = value
    rate = min([rate, *of("ceiling")])
    for value in of("cut"):
        rate *= 1.0 - value
    return rate


def barrier(clauses: Iterable[Clause]) -> float:
    """Return the factor on the trade cost of the barriers among clauses with fixed rates, 1 without any."""
    factor = 1.0
    for clause in clauses:
        if clause.kind == "ntb":
            factor *= (1.0 + clause.base - float(clause.rate or 0.0)) / (1.0 + clause.base)
    return factor
