"""Every part of every line that a set of clauses touches, with the clauses that apply on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import Fault, SheetError
from dealspace.instruments.products import LineBook, PairLines, known_lists, line_book, select
from dealspace.instruments.stacking import (
    BORDER,
    LEVIES,
    Clause,
    Cuts,
    applies,
    applies_unclaimed,
    check_single_replace,
    line_cuts,
    with_named,
)

if TYPE_CHECKING:
    from dealspace.world.economy import Economy


@dataclass(frozen=True, eq=False)
class Parts:
    """Goods (parts of lines) in the cells that some border clause touches, sorted by cell; P is their number.

    Attributes
    ----------
    cell : (P,) of int, flat position in (importer, exporter, sector)
    share : (P,), duty-inclusive base share in the cell, adding to 1 in each
    tau0 : (P,), one plus the normal duty
    on : (P, slices, clauses) of bool, which clauses apply on each slice of the good's value
    width : (P, slices), share of the value in each slice, adding to 1
    without : (P, slices, clauses) of bool, what would apply if preferences that cost something were not claimed;
        None where there are none
    """

    cell: np.ndarray
    share: np.ndarray
    tau0: np.ndarray
    on: np.ndarray
    width: np.ndarray
    without: np.ndarray | None = None

    def rows(self, rows: np.ndarray) -> Parts:
        """Return the goods at `rows`."""
        without = None if self.without is None else self.without[rows]
        return Parts(self.cell[rows], self.share[rows], self.tau0[rows], self.on[rows], self.width[rows], without)


@dataclass(frozen=True, eq=False)
class Caught:
    """What levies catch: share of the sales of a cell at basic price, one row for each cell and clause.

    Attributes
    ----------
    cell : (rows,) of int, flat position in (importer, exporter, sector)
    clause : (rows,) of int, position among the clauses
    weight : (rows,), share of the cell, above 0 and at most 1
    """

    cell: np.ndarray
    clause: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True, eq=False)
class PairParts:
    """The parts of one pair.

    Attributes
    ----------
    lines : PairLines
    clauses : those that address the pair
    on : (clauses, lines, parts) of bool
    cuts : how lines are cut into parts
    without : as `on`, if preferences that cost something were not claimed; None where there are none
    """

    lines: PairLines
    clauses: tuple[Clause, ...]
    on: np.ndarray
    cuts: Cuts
    without: np.ndarray | None = None

    @property
    def width(self) -> np.ndarray:
        """Share of a line in each part, (parts,) adding to 1."""
        return self.cuts.width


def collect_parts(
    world: Economy,
    clauses: tuple[Clause, ...],
    named: Mapping[str, Clause],
    lists: Mapping[str, tuple[str, ...]],
) -> tuple[Parts, Caught]:
    """Return the goods that the border clauses touch, and what the levies catch.

    Parameters
    ----------
    world : Economy
    clauses : what is in force, issues among them
    named : every measure of the sheet, for carve-outs
    lists : the sheet's own named lists

    Raises
    ------
    SheetError
        With one fault for each clause whose products cannot be told apart.
    """
    book, known = line_book(world), known_lists(lists)
    pairs = [(n, i) for n in world.regions for i in world.regions if any(c.addresses(n, i) for c in clauses)]
    position = {clause.name: k for k, clause in enumerate(clauses)}
    found: list[Parts] = []
    caught: list[Caught] = []
    faults: dict[str, Fault] = {}
    for importer, exporter in pairs:
        try:
            pair = pair_parts(book, clauses, named, known, importer, exporter)
        except SheetError as error:
            for fault in error.faults:
                faults.setdefault(fault.path, fault)
            continue
        start = _first_cell(world, importer, exporter)
        found.append(_goods(world, pair, position, len(clauses), start))
        caught.append(_caught(world, pair, position, start))
    if faults:
        raise SheetError(faults.values())
    return _joined(found, len(clauses)), _all_caught(caught)


def pair_parts(
    book: LineBook,
    clauses: tuple[Clause, ...],
    named: Mapping[str, Clause],
    lists: Mapping[str, tuple[str, ...]],
    importer: str,
    exporter: str,
) -> PairParts:
    """Return which clauses apply on which part of each line of one pair."""
    lines = book.pair(importer, exporter)
    here = tuple(clause for clause in clauses if clause.addresses(importer, exporter))
    others = {name: c for name, c in named.items() if c.addresses(importer, exporter)}
    wanted = with_named(here, others)
    scope = {clause.name: _scope(clause, lines, book, lists) for clause in here}
    matter = np.logical_or.reduce(list(scope.values())) if scope else np.zeros(len(lines.codes), dtype=bool)
    for name, clause in wanted.items():
        if name not in scope:  # named in a carve-out only: what nothing else catches need not be told apart
            scope[name] = _scope(clause, lines, book, lists, matter)
    cuts = line_cuts(wanted.values())
    on = applies(here, others, scope, cuts, len(lines.codes))
    check_single_replace(here, on, importer, exporter)
    without = applies_unclaimed(here, others, scope, cuts, len(lines.codes))
    return PairParts(lines, here, on, cuts, without)


def _scope(
    clause: Clause,
    lines: PairLines,
    book: LineBook,
    lists: Mapping[str, tuple[str, ...]],
    within: np.ndarray | None = None,
) -> np.ndarray:
    mask = select(clause.products, lines, book, lists, f"{clause.path}.products", within)
    if not clause.except_products or not mask.any():
        return mask
    return mask & ~select(clause.except_products, lines, book, lists, f"{clause.path}.except", mask)


def _first_cell(world: Economy, importer: str, exporter: str) -> int:
    pair = world.region_index(importer) * len(world.regions) + world.region_index(exporter)
    return pair * len(world.sectors)


def pair_goods(pair: PairParts, rows: np.ndarray) -> Parts:
    """Lay the goods of some lines of a pair out in a row, each line as a cell of its own.

    Clauses are in the pair's order; levies, which are no matter of lines, count as off.
    """
    goods = int(pair.cuts.good[-1]) + 1
    widths = pair.cuts.width.reshape(goods, -1)
    border = np.array([clause.kind in BORDER for clause in pair.clauses], dtype=bool)

    def laid_out(on: np.ndarray) -> np.ndarray:
        each = on[:, rows] & border[:, None, None]
        return np.moveaxis(each, 0, -1).reshape(len(rows) * goods, widths.shape[1], len(border))

    of_line = widths.sum(axis=1)
    return Parts(
        cell=np.repeat(np.arange(len(rows)), goods),
        share=np.tile(of_line, len(rows)),
        tau0=np.repeat(pair.lines.tau0[rows], goods),
        on=laid_out(pair.on),
        width=np.tile(widths / np.where(of_line > 0, of_line, 1.0)[:, None], (len(rows), 1)),
        without=None if pair.without is None else laid_out(pair.without),
    )


def _goods(world: Economy, pair: PairParts, position: Mapping[str, int], clauses: int, start: int) -> Parts:
    """Lay the goods of a pair out in a row, cells that no border clause touches left out, in the order of `clauses`."""
    lines = pair.lines
    border = [row for row, clause in enumerate(pair.clauses) if clause.kind in BORDER]
    touched = np.zeros(len(world.sectors), dtype=bool)
    touched[lines.sector[pair.on[border].any(axis=(0, 2))]] = True
    rows = np.flatnonzero(touched[lines.sector])
    found = pair_goods(pair, rows)
    columns = [position[clause.name] for clause in pair.clauses]

    def placed(on: np.ndarray) -> np.ndarray:
        full = np.zeros((*on.shape[:2], clauses), dtype=bool)
        full[:, :, columns] = on
        return full

    return Parts(
        cell=start + lines.sector[rows][found.cell],
        share=lines.share[rows][found.cell] * found.share,
        tau0=found.tau0,
        on=placed(found.on),
        width=found.width,
        without=None if found.without is None else placed(found.without),
    )


def _joined(found: list[Parts], clauses: int) -> Parts:
    """Join the goods of the pairs; those with fewer slices get empty ones."""
    slices = max((p.width.shape[1] for p in found), default=1)
    costly = any(p.without is not None for p in found)

    def padded(array: np.ndarray) -> np.ndarray:
        missing = slices - array.shape[1]
        return np.pad(array, [(0, 0), (0, missing), *[(0, 0)] * (array.ndim - 2)]) if missing else array

    def joined(arrays: list[np.ndarray], empty: np.ndarray) -> np.ndarray:
        return np.concatenate(arrays) if arrays else empty

    none, nothing = np.zeros(0), np.zeros((0, 1, clauses), dtype=bool)
    return Parts(
        cell=joined([p.cell for p in found], none.astype(np.int64)),
        share=joined([p.share for p in found], none),
        tau0=joined([p.tau0 for p in found], none),
        on=joined([padded(p.on) for p in found], nothing),
        width=joined([padded(p.width) for p in found], np.zeros((0, 1))),
        without=joined([padded(p.on if p.without is None else p.without) for p in found], nothing) if costly else None,
    )


def _caught(world: Economy, pair: PairParts, position: Mapping[str, int], start: int) -> Caught:
    """Return the share of each cell's sales at basic price that each levy catches."""
    lines, sectors = pair.lines, len(world.sectors)
    net = lines.share / lines.tau0
    total = np.bincount(lines.sector, net, sectors)
    cells, names, weights = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for row, clause in enumerate(pair.clauses):
        if clause.kind not in LEVIES:
            continue
        taken = np.bincount(lines.sector, net * (pair.on[row] @ pair.cuts.width), sectors)
        hit = np.flatnonzero(taken > 0)
        cells.append(start + hit)
        names.append(np.full(len(hit), position[clause.name]))
        weights.append(np.minimum(taken[hit] / total[hit], 1.0))
    return Caught(np.concatenate(cells), np.concatenate(names), np.concatenate(weights))


def _all_caught(found: list[Caught]) -> Caught:
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return Caught(nothing, nothing, np.zeros(0))
    columns = zip(*((c.cell, c.clause, c.weight) for c in found), strict=True)
    return Caught(*(np.concatenate(column) for column in columns))
