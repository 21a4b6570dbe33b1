"""What is at stake between two parties before any new policy: the goods balance, its basis and its make-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dealspace.errors import UnknownNameError
from dealspace.termsheet.sheet import TermSheet
from dealspace.world.catalogue import headline_facts
from dealspace.world.economy import Economy

PINNED_WITHIN = 0.005  # cells this close to customs totals are taken as brought to them


@dataclass(frozen=True)
class Piece:
    """One sector's part in a bilateral goods balance.

    Attributes
    ----------
    sector, label : code and words
    imports, exports : USD million, of and by the party in deficit
    share : of the goods deficit (imports less exports of the piece over those of all goods); NaN without a deficit
    """

    sector: str
    label: str
    imports: float
    exports: float
    share: float

    @property
    def deficit(self) -> float:
        """Imports less exports, USD million."""
        return self.imports - self.exports


@dataclass(frozen=True)
class OtherBasis:
    """The same balance, or a piece of it, as another source states it, in words."""

    name: str
    statement: str
    value: str
    source: str


@dataclass(frozen=True)
class Stake:
    """The bilateral goods balance of the side in deficit.

    Attributes
    ----------
    deficit_of, partner : the party in deficit and the other one
    imports, exports : USD million
    basis : what these are measured as; source : where from
    pieces : by sector, the largest deficit first
    other_bases : the sheet's sourced figures beside it
    """

    deficit_of: str
    partner: str
    imports: float
    exports: float
    basis: str
    source: str
    pieces: tuple[Piece, ...]
    other_bases: tuple[OtherBasis, ...]

    @property
    def deficit(self) -> float:
        """Imports less exports, USD million."""
        return self.imports - self.exports


def find_stake(sheet: TermSheet, world: Economy) -> Stake:
    """Return the goods balance between the parties of a sheet in the benchmark, and what it is made of.

    Where the benchmark's cells were brought to customs totals of a stated year, the basis says so.
    """
    first, second = sheet.parties
    bought = _by_sector(world, first, second)
    sold = _by_sector(world, second, first)
    if bought.sum() < sold.sum():
        first, second, bought, sold = second, first, sold, bought
    deficit = bought.sum() - sold.sum()
    names = world.sector_names or {}
    pieces = [
        Piece(good, names.get(good, good), float(b), float(s), float((b - s) / deficit) if deficit > 0 else np.nan)
        for good, b, s in zip(world.goods, bought, sold, strict=True)
    ]
    pieces.sort(key=lambda piece: -piece.deficit)
    basis, source = _basis(world, first, second, float(bought.sum()), float(sold.sum()))
    return Stake(
        first, second, float(bought.sum()), float(sold.sum()), basis, source, tuple(pieces), _other_bases(sheet)
    )


def _by_sector(world: Economy, importer: str, exporter: str) -> np.ndarray:
    """Return goods sales between two parties (goods,), USD million."""
    rows = [world.region_index(name) for name in world.members(importer)]
    columns = [world.region_index(name) for name in world.members(exporter)]
    goods = [world.sector_index(name) for name in world.goods]
    return world.flows[np.ix_(rows, columns, goods)].sum(axis=(0, 1))


def _basis(world: Economy, importer: str, exporter: str, imports: float, exports: float) -> tuple[str, str]:
    """Return what the benchmark's bilateral cells measure, and the source."""
    plain = f"sales at basic price in {world.name}"
    tables = "OECD Inter-Country Input-Output Tables, via the benchmark"
    try:
        facts = headline_facts(world.name)
    except UnknownNameError:
        return plain, world.name
    reporter = facts["reporter"]
    partner = exporter if importer == reporter else importer
    entry = facts["partners"].get(partner) if reporter in (importer, exporter) else None
    # Members of a group may be known as sellers or as buyers only.
    if entry is None or not {"imports_for_consumption", "exports"} <= set(entry):
        return plain, tables
    benchmark = (imports, exports) if importer == reporter else (exports, imports)
    customs = (entry["imports_for_consumption"], entry["exports"])
    if not np.allclose(benchmark, customs, rtol=PINNED_WITHIN):
        return plain, tables
    return facts["basis_words"], facts["source_words"]


def _other_bases(sheet: TermSheet) -> tuple[OtherBasis, ...]:
    return tuple(
        OtherBasis(name, fact.statement, str(fact.value), _cite(sheet, fact.source))
        for name, fact in sheet.facts.items()
        if not fact.hindsight
    )


def _cite(sheet: TermSheet, source: object) -> str:
    """Return title and publisher of a source, or of the one it names."""
    found = sheet.sources.get(source, source) if isinstance(source, str) else source
    title = getattr(found, "title", None) or str(found)
    publisher = getattr(found, "publisher", None)
    return f"{title} ({publisher})" if publisher else title
