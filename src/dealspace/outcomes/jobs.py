"""Employment by sector: in per cent for all, in persons only where a source gives a number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, Fault
from dealspace.world.catalogue import DATA

if TYPE_CHECKING:
    import polars as pl

    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.world.economy import Economy

#: Columns of the table, in order.
SCHEMA: dict[str, type] = {
    **dict.fromkeys(("region", "sector", "sector_name"), str),
    **dict.fromkeys(("change_percent", "persons", "persons_change"), float),
    **dict.fromkeys(("year", "covers", "source", "status", "note"), str),
}

#: What a row says where no number of persons stands.
PER_CENT_ONLY = "per cent only: no number of persons is sourced for this sector"


@dataclass(frozen=True)
class Workforce:
    """Persons at work in a sector of a region, as a source counts them.

    Attributes
    ----------
    region, sector : str
    persons : float
    year : str
    covers : str
        What the source counts of the sector, in words.
    whole : bool
        Whether that is the sector, or a part of it; a part is taken to move like the sector.
    status : {"seen", "derived"}
    source : str
    """

    region: str
    sector: str
    persons: float
    year: str
    covers: str
    whole: bool
    status: str
    source: str

    def __post_init__(self):
        if not self.persons >= 0:
            raise DealspaceError(Fault(f"{self.persons} persons make no sense", f"{self.region} {self.sector}"))


@cache
def workforces() -> tuple[Workforce, ...]:
    """Return the embedded numbers of persons by region and sector."""
    content = json.loads((DATA / "employment.json").read_text(encoding="utf-8"))
    return tuple(Workforce(**entry) for entry in content["entries"])


def jobs(
    equilibrium: Equilibrium,
    regions: Iterable[str] | None = None,
    *,
    workforce: Iterable[Workforce] | None = None,
) -> pl.DataFrame:
    """Return employment by region and sector after a policy.

    Parameters
    ----------
    equilibrium : Equilibrium
    regions : iterable of str, optional
        Regions or groups; all regions by default.
    workforce : iterable of Workforce, optional
        Your own numbers of persons; the embedded ones by default.

    Returns
    -------
    polars.DataFrame
        Columns region, sector, sector_name, change_percent, persons (in the base), persons_change, year, covers,
        source, status and note. Persons, year, covers, source and status are null where no number is sourced, and the
        note says so. Where total work is fixed, sectors only trade workers: persons lost in one are gained in others.

    Raises
    ------
    UnknownNameError
        For unknown regions.
    NotConvergedError
        When the equilibrium holds no numbers.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> table = jobs(ds.solve(world, ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275})), ["JPN"])
    >>> table.filter(sector="C29")["persons_change"][0] < 0
    True
    """
    import polars as pl

    world = equilibrium.world
    chosen = world.regions if regions is None else _members(world, regions)
    known = {(entry.region, entry.sector): entry for entry in (workforces() if workforce is None else workforce)}
    ratio = np.asarray(equilibrium.employment)
    rows = [
        _row(region, sector, world.sector_names[sector], float(ratio[world.region_index(region), j]), known)
        for region in chosen
        for j, sector in enumerate(world.sectors)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _members(world: Economy, regions: Iterable[str]) -> tuple[str, ...]:
    if isinstance(regions, str):
        regions = (regions,)
    return tuple(dict.fromkeys(member for name in regions for member in world.members(name)))


def _row(
    region: str, sector: str, name: str, ratio: float, known: dict[tuple[str, str], Workforce]
) -> tuple[str | float | None, ...]:
    change, entry = ratio - 1.0, known.get((region, sector))
    if entry is None:
        return region, sector, name, 100.0 * change, None, None, None, None, None, None, PER_CENT_ONLY
    note = "" if entry.whole else "persons are those of the part that the source counts, taken to move like the sector"
    return (
        *(region, sector, name, 100.0 * change, float(entry.persons), entry.persons * change),
        *(entry.year, entry.covers, entry.source, entry.status, note),
    )
