"""What one tariff line pays on a day: the normal duty, the acts that apply in order, and why others do not.

Needs no trade in the line, only its code; the order of acts is that of `dealspace.instruments.stacking`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError
from dealspace.instruments.clauses import measure_clauses, own_lists, placed
from dealspace.instruments.explain_reading import Reading, read_acts
from dealspace.instruments.explain_rulings import LineRuling, rulings_of
from dealspace.instruments.explain_scope import Leaf, catches, parse_line, split_leaves
from dealspace.instruments.normal import NormalDuty, normal_lines
from dealspace.instruments.products import known_lists
from dealspace.instruments.stacking import (
    BORDER,
    Clause,
    Cuts,
    applies,
    applies_unclaimed,
    check_single_replace,
    line_cuts,
    with_named,
)

if TYPE_CHECKING:
    from dealspace.termsheet.products import ProductTerm
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


@dataclass(frozen=True, eq=False)
class LineParts:
    """A line's leaves with their normal duties, cut into parts by the clauses on the pair.

    Attributes
    ----------
    leaves, normals : (leaves,)
    clauses : border clauses on the pair
    scope : by clause name, (leaves,) bool: its products less those carved out
    named : by clause name, (leaves,) bool: its products
    on : (clauses, leaves, parts) of bool
    without : as `on`, if preferences that cost something were not claimed; None where there are none
    cuts : how each leaf is cut
    shares : (leaves,), share of the pair's trade in the line that the world knows; None where it knows none
    """

    leaves: tuple[Leaf, ...]
    normals: tuple[NormalDuty, ...]
    clauses: tuple[Clause, ...]
    scope: Mapping[str, np.ndarray]
    named: Mapping[str, np.ndarray]
    on: np.ndarray
    without: np.ndarray | None
    cuts: Cuts
    shares: np.ndarray | None


@dataclass(frozen=True)
class LineExplanation:
    """What a line pays, part by part.

    Attributes
    ----------
    sheet, importer, exporter, line : str
        `line` in digits.
    on : datetime.date
    policy : str or None
        None where the acts in force on the day count.
    reading : str
        Which acts were counted, as a sentence without a full stop.
    rulings : tuple of LineRuling
        One for each treatment that goods under the line get, by share of trade where that is known.
    besides : tuple of str
        Acts on the pair that are no duty: taxes on exports, subsidies.
    """

    sheet: str
    importer: str
    exporter: str
    line: str
    on: date
    policy: str | None
    reading: str
    rulings: tuple[LineRuling, ...]
    besides: tuple[str, ...] = field(default=())

    @property
    def range(self) -> tuple[float, float] | None:
        """Lowest and highest duty under the line, fractions; None where one of them is unknown."""
        duties = [ruling.duty for ruling in self.rulings]
        known = [duty for duty in duties if duty is not None]
        return (min(known), max(known)) if known and len(known) == len(duties) else None

    @property
    def duty(self) -> float | None:
        """The duty: the one that all parts pay, or the mean of the parts of a line; None where it is not known."""
        span = self.range
        if span is None:
            return None
        if span[1] - span[0] < 1e-12:
            return span[0]
        if any(ruling.share is None or ruling.stage for ruling in self.rulings):
            return None
        return sum((ruling.share or 0.0) * (ruling.duty or 0.0) for ruling in self.rulings)


def explain_line(
    sheet: TermSheet,
    world: Economy,
    importer: str,
    exporter: str,
    line: str,
    *,
    on: date | None = None,
    policy: str | None = None,
    background: str | None = None,
) -> LineExplanation:
    """Say what a tariff line pays: the normal duty, the acts in order, and what is passed over.

    Parameters
    ----------
    sheet, world : TermSheet, Economy
    importer, exporter : str
        Regions of `world`.
    line : str
        HS code of 2 to 10 digits, dotted or not; it need not be traded.
    on : datetime.date, optional
        The sheet's ``as_of`` by default.
    policy : str, optional
        A policy or offer; by default the acts of the sheet that are in force on the day count.
    background : {"in-force", "letters-applied"}, optional
        For a policy: what third countries face.

    Raises
    ------
    SheetError
        For a code that is none, and when acts contradict each other on the line.
    UnknownNameError
        For unknown regions, policies and offers.

    Examples
    --------
    >>> import dealspace as ds
    >>> from datetime import date
    >>> sheet, world = ds.load_sheet("us-japan-2025"), ds.load_world("world-2022")
    >>> explain_line(sheet, world, "USA", "JPN", "8703.23", on=date(2025, 7, 20)).duty
    0.275
    """
    for region in (importer, exporter):
        world.region_index(region)
    if importer == exporter:
        raise DealspaceError(f"--importer and --exporter are both {importer}; goods at home pay no duty")
    code = parse_line(line)
    try:
        reading = read_acts(sheet, world, policy, on, background)
        parts = _parts(sheet, world, reading, importer, exporter, code)
    except DealspaceError as error:
        raise placed(sheet, error) if type(error).__name__ == "SheetError" else error from None
    rulings = rulings_of(sheet, world, reading, parts, importer, exporter)
    besides = _besides(sheet, reading, importer, exporter)
    return LineExplanation(sheet.name, importer, exporter, code, reading.day, policy, reading.words, rulings, besides)


def _parts(sheet: TermSheet, world: Economy, reading: Reading, importer: str, exporter: str, code: str) -> LineParts:
    """Split the line into leaves and parts, and say which clauses apply on each."""
    lists = known_lists(own_lists(sheet))
    here = tuple(c for c in reading.clauses if c.kind in BORDER and c.addresses(importer, exporter))
    others = {
        name: clause
        for name, clause in measure_clauses(sheet, world).items()
        if clause.kind in BORDER and clause.addresses(importer, exporter)
    }
    wanted = with_named(here, others)
    idle = [act for act, _ in reading.idle if importer in sheet.members(act.by, world)]
    terms: list[ProductTerm] = [term for c in wanted.values() for term in (*c.products, *c.except_products)]
    terms += [term for act in idle for term in act.products.terms]
    leaves, normals = [], []
    for line in normal_lines(world, importer, exporter, code, reading.day):
        for leaf in split_leaves(line.code, terms, lists, line.inner):
            leaves.append(leaf)
            normals.append(line.duty)
    named, scope = {}, {}
    for name, clause in wanted.items():
        named[name] = np.array([catches(clause.products, leaf, lists, world) is not None for leaf in leaves])
        out = np.array([catches(clause.except_products, leaf, lists, world) is not None for leaf in leaves])
        scope[name] = named[name] & ~out
    cuts = line_cuts(wanted.values())
    on = applies(here, others, scope, cuts, len(leaves))
    check_single_replace(here, on, importer, exporter)
    without = applies_unclaimed(here, others, scope, cuts, len(leaves))
    shares = _shares(world, importer, exporter, tuple(leaves), tuple(normals))
    return LineParts(tuple(leaves), tuple(normals), here, scope, named, on, without, cuts, shares)


def _shares(
    world: Economy, importer: str, exporter: str, leaves: tuple[Leaf, ...], normals: tuple[NormalDuty, ...]
) -> np.ndarray | None:
    """Return each leaf's share of the pair's trade in the line, None where the world does not tell."""
    if len(leaves) == 1:
        return np.ones(1)
    if world.lines is None or any(normal.season for normal in normals):
        return None
    import polars as pl

    text = [pl.col(name).cast(pl.String) for name in ("importer", "exporter")]
    lines = world.lines.frame.filter((text[0] == importer) & (text[1] == exporter))
    value = np.zeros(len(leaves))
    hs = pl.col("hs").cast(pl.String)
    for k, leaf in enumerate(leaves):
        own = hs.str.starts_with(leaf.code)
        for code in leaf.without:
            own &= ~hs.str.starts_with(code)
        value[k] = lines.filter(own)["value"].sum()
    return value / value.sum() if value.sum() > 0 else None


def _besides(sheet: TermSheet, reading: Reading, importer: str, exporter: str) -> tuple[str, ...]:
    """Name the acts that bear on the pair's trade and are no duty of the importer."""
    words = {"subsidy": "a subsidy", "export-tax": "a tax on exports"}
    found = []
    for clause in reading.clauses:
        if clause.kind in words and clause.addresses(importer, exporter):
            rate = 0.0 if clause.rate is None else clause.rate
            found.append(f"{clause.entry}: {words[clause.kind]} of {100 * rate:g} % of the price in {exporter}")
    return tuple(found)
