"""Which acts meet on a part of a line, and the duty and barrier that result.

A *part* is a share of one product line of one importer and exporter. A clause that covers 40 % of the trade in its
products splits a line in two; coverages are nested, so clauses with the same coverage catch the same goods.

The rule, in this order and whatever the order in which a sheet lists its acts:

1. carve-outs: a clause does not catch what its ``except`` names; the name of a measure stands for what that measure
   catches of this pair's trade (within its own coverage and carve-outs), whether or not it is in force;
2. displacement: where a clause applies, the measures that it replaces or lifts do not;
3. ``inclusive``: the normal duty is raised to the largest inclusive rate, max(normal, rate);
4. ``add``: rates that add are summed on top, so two acts that both catch a line and except nothing both count;
5. ``replace``: the rate is the whole duty, whatever 3 and 4 gave; two of them on one part is a fault;
6. ``cut``: the duty so found shrinks by the share, one cut after another;
7. barriers: the trade cost changes by (1 + base - reduction) / (1 + base), one factor per clause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dealspace.errors import Fault, SheetError


@dataclass(frozen=True)
class Clause:
    """An act or an issue, reduced to what it does to trade.

    Attributes
    ----------
    name : str
        Its name in the sheet; `path` is the key there (``measures.letter-25``).
    kind : {"tariff", "ntb"}
    stacking : {"add", "inclusive", "replace", "cut", "ntb"}
    rate : float or None
        Rate, share cut or points removed, a fraction; None when `issue` says which entry of a deal it is.
    issue : int or None
        Position of its value in the vector of a deal.
    base : float
        Ad valorem equivalent of a barrier in the benchmark.
    importers, exporters : frozenset of str
        Regions; own trade is never meant.
    products : tuple of terms
        Terms of the sheet's product selector, a union.
    except_products : tuple of terms
    except_measures : tuple of str
    displaces : tuple of str
        Measures in whose place it stands.
    coverage : float
        Share of the trade in its products.
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

    def addresses(self, importer: str, exporter: str) -> bool:
        """Say whether the clause is about imports of `importer` from `exporter`."""
        return importer in self.importers and exporter in self.exporters and importer != exporter


def part_edges(coverages: tuple[float, ...]) -> np.ndarray:
    """Return the upper edges of the parts of a line, (parts,), rising to 1."""
    return np.unique(np.array([*coverages, 1.0], dtype=np.float64))


def applies(
    clauses: tuple[Clause, ...],
    named: dict[str, Clause],
    scope: dict[str, np.ndarray],
    edges: np.ndarray,
    lines: int,
) -> np.ndarray:
    """Say which clauses apply on which part of which line of one pair.

    Parameters
    ----------
    clauses : those of the policy that address the pair
    named : every measure of the sheet that addresses the pair, by name, for carve-outs
    scope : by clause name, (lines,) bool: products less carved-out products
    edges : (parts,), from `part_edges`
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
            mask = scope[name][:, None] & (edges[None, :] <= clause.coverage)
            for other in clause.except_measures:
                if other in lookup:
                    mask = mask & ~catches(other, (*trail, name))
            found[name] = mask
        return found[name]

    caught = np.zeros((len(clauses), lines, len(edges)), dtype=bool)
    for row, clause in enumerate(clauses):
        caught[row] = catches(clause.name, ())
    out = caught.copy()
    for row, clause in enumerate(clauses):
        for other, mask in zip(clauses, caught, strict=True):
            if clause.name in other.displaces:
                out[row] &= ~mask
    return out


def check_single_replace(clauses: tuple[Clause, ...], on: np.ndarray, importer: str, exporter: str) -> None:
    """Refuse two clauses that each claim to be the whole duty of one part; `on` is (clauses, ...) bool."""
    whole = [row for row, clause in enumerate(clauses) if clause.stacking == "replace"]
    if len(whole) < 2:
        return
    both = on[whole].sum(axis=0) > 1
    if not both.any():
        return
    spot = tuple(np.argwhere(both)[0])
    names = [clauses[row].name for row in whole if on[(row, *spot)]]
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
    rate = max([normal, *(value for clause, value in pairs if clause.stacking == "inclusive")])
    rate += sum(value for clause, value in pairs if clause.stacking == "add")
    for clause, value in pairs:
        if clause.stacking == "replace":
            rate = value
    for clause, value in pairs:
        if clause.stacking == "cut":
            rate *= 1.0 - value
    return rate
