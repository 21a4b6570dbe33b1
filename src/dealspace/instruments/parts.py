"""Every part of every line that a set of clauses touches, with the clauses that apply on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import Fault, SheetError
from dealspace.instruments.products import LineBook, PairLines, known_lists, line_book, select
from dealspace.instruments.stacking import Clause, applies, check_single_replace, part_edges

if TYPE_CHECKING:
    from dealspace.world.economy import Economy


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of lines in the cells that some clause touches, sorted by cell; P is their number.

    Attributes
    ----------
    cell : (P,) of int, flat position in (importer, exporter, sector)
    share : (P,), duty-inclusive base share in the cell, adding to 1 in each
    tau0 : (P,), one plus the normal duty
    on : (P, clauses) of bool, which clauses apply
    """

    cell: np.ndarray
    share: np.ndarray
    tau0: np.ndarray
    on: np.ndarray


@dataclass(frozen=True, eq=False)
class PairParts:
    """The parts of one pair: `on` (pair's clauses, lines, parts), `width` (parts,) adding to 1."""

    lines: PairLines
    clauses: tuple[Clause, ...]
    on: np.ndarray
    width: np.ndarray


def collect_parts(
    world: Economy,
    clauses: tuple[Clause, ...],
    named: Mapping[str, Clause],
    lists: Mapping[str, tuple[str, ...]],
) -> Parts:
    """Return the parts that `clauses` touch.

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
    faults: dict[str, Fault] = {}
    for importer, exporter in pairs:
        try:
            pair = pair_parts(book, clauses, named, known, importer, exporter)
        except SheetError as error:
            for fault in error.faults:
                faults.setdefault(fault.path, fault)
            continue
        found.append(_flat(world, pair, position, len(clauses)))
    if faults:
        raise SheetError(faults.values())
    if not found:
        none = np.zeros(0)
        return Parts(none.astype(np.int64), none, none + 1.0, np.zeros((0, len(clauses)), dtype=bool))
    columns = zip(*((p.cell, p.share, p.tau0, p.on) for p in found), strict=True)
    return Parts(*(np.concatenate(column) for column in columns))


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
    wanted = _needed(here, others)
    scope = {clause.name: _scope(clause, lines, book, lists) for clause in here}
    matter = np.logical_or.reduce(list(scope.values())) if scope else np.zeros(len(lines.codes), dtype=bool)
    for name, clause in wanted.items():
        if name not in scope:  # named in a carve-out only: what nothing else catches need not be told apart
            scope[name] = _scope(clause, lines, book, lists, matter)
    edges = part_edges(tuple(clause.coverage for clause in wanted.values()))
    on = applies(here, others, scope, edges, len(lines.codes))
    check_single_replace(here, on, importer, exporter)
    return PairParts(lines, here, on, np.diff(edges, prepend=0.0))


def _needed(here: tuple[Clause, ...], others: Mapping[str, Clause]) -> dict[str, Clause]:
    """Return the pair's clauses and the measures that their carve-outs name, directly or through one another."""
    wanted = {clause.name: clause for clause in here}
    queue = list(here)
    while queue:
        for name in queue.pop().except_measures:
            if name not in wanted and name in others:
                wanted[name] = others[name]
                queue.append(others[name])
    return wanted


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


def _flat(world: Economy, pair: PairParts, position: Mapping[str, int], clauses: int) -> Parts:
    """Lay the parts of a pair out in a row, cells that nothing touches left out, in the order of `clauses`."""
    lines = pair.lines
    touched = np.zeros(len(world.sectors), dtype=bool)
    touched[lines.sector[pair.on.any(axis=(0, 2))]] = True
    keep = touched[lines.sector]
    parts = len(pair.width)
    on = np.zeros((int(keep.sum()) * parts, clauses), dtype=bool)
    for row, clause in enumerate(pair.clauses):
        on[:, position[clause.name]] = pair.on[row][keep].reshape(-1)
    start = (world.region_index(lines.importer) * len(world.regions) + world.region_index(lines.exporter)) * len(
        world.sectors
    )
    return Parts(
        cell=np.repeat(start + lines.sector[keep], parts),
        share=np.outer(lines.share[keep], pair.width).reshape(-1),
        tau0=np.repeat(lines.tau0[keep], parts),
        on=on,
    )
