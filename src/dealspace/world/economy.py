"""An economy: sales, tariffs and cost shares that pass every check and balance exactly."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from dealspace.errors import EconomyError, Fault, unknown_name
from dealspace.world import checks
from dealspace.world.reading import broadcast, name_tuple, read_inputs
from dealspace.world.repair import Accounts, accounts, negative_final_demand, resolve_flows

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.core.baseline import Baseline
    from dealspace.world.lines import Lines

ARRAYS: tuple[str, ...] = ("flows", "tariff", "io_share", "va_share", "trade_elasticity")


class EconomyWarning(UserWarning):
    """An economy was accepted after a repair; the message says how large it was."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False, init=False)
class Economy:
    """A world economy in one year, checked, balanced and immutable.

    Parameters
    ----------
    flows : array (importer, exporter, sector)
        Sales at basic price net of duty, USD million, own absorption on the diagonal.
    tariff : array (importer, exporter, sector) or float
        Duty rates as fractions (0.25), zero on own sales.
    io_share : array (region, input, sector)
        Intermediate inputs as shares of the using sector's gross output.
    va_share : array (region, sector)
        Value added as a share of gross output; with the inputs it adds to 1.
    trade_elasticity : array (sector,) or float
        theta, the elasticity of expenditure to the duty-inclusive price.
    regions, sectors : sequence of str, optional
        Names, in the order of arrays without labels; when left out they are those of the first labelled array
        (in the order of this list), or numbered.
    goods : sequence of str, optional
        Names of the sectors that trade in goods; all sectors by default.
    groups : mapping of str to sequence of str, optional
        Named groups of regions, such as the EU.

    Raises
    ------
    EconomyError
        With every fault found: axes, signs, shares, names, balances.

    Notes
    -----
    Labelled arrays (xarray; pandas by index and columns) are transposed by their dimension names and put into
    the order of `regions` and `sectors` by their labels; labels that do not hold exactly these names are a
    fault. Arrays without labels are taken as they stand. Shares that miss 1 by rounding are renormalised.
    Negative final demand is set to zero and quantities are re-solved (Caliendo and Parro 2015), with an
    `EconomyWarning` that says how large that was.

    Examples
    --------
    >>> import numpy as np
    >>> world = Economy(flows=np.array([[[8.0], [2.0]], [[2.0], [8.0]]]), tariff=0.0,
    ...                 io_share=np.full((2, 1, 1), 0.4), va_share=np.full((2, 1), 0.6),
    ...                 trade_elasticity=4.0, regions=("HOME", "AWAY"), sectors=("ALL",))
    >>> world.value_added.sum(axis=1)
    array([6., 6.])
    """

    flows: np.ndarray
    tariff: np.ndarray
    io_share: np.ndarray
    va_share: np.ndarray
    trade_elasticity: np.ndarray
    regions: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    name: str = "custom"
    year: int | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    region_names: Mapping[str, str] = field(default_factory=dict)
    sector_names: Mapping[str, str] = field(default_factory=dict)
    lines: Lines | None = None

    def __init__(
        self,
        *,
        flows: Any,
        tariff: Any,
        io_share: Any,
        va_share: Any,
        trade_elasticity: Any,
        regions: Sequence[str] | None = None,
        sectors: Sequence[str] | None = None,
        goods: Sequence[str] | None = None,
        name: str = "custom",
        year: int | None = None,
        groups: Mapping[str, Sequence[str]] | None = None,
        region_names: Mapping[str, str] | None = None,
        sector_names: Mapping[str, str] | None = None,
        lines: Lines | None = None,
    ):
        given = dict(zip(ARRAYS, (flows, tariff, io_share, va_share, trade_elasticity), strict=True))
        read = read_inputs(given, regions, sectors)
        region_tuple, sector_tuple = read.regions, read.sectors
        faults = read.faults + checks.label_faults(name, year, lines)
        if read.faults:
            raise EconomyError(faults)
        goods_tuple, more = (sector_tuple, []) if goods is None else name_tuple("goods", goods)
        faults += more + checks.goods_faults(goods_tuple, sector_tuple)
        group_map, more = _groups(groups, region_tuple)
        faults += more
        arrays = broadcast(read.arrays, len(region_tuple), len(sector_tuple))
        arrays, more = _checked(arrays, region_tuple, sector_tuple)
        if faults or more:
            raise EconomyError(faults + more)
        arrays["flows"] = _repaired(arrays, region_tuple, sector_tuple)
        for key, array in arrays.items():
            array.flags.writeable = False
            object.__setattr__(self, key, array)
        labels = {
            "regions": region_tuple,
            "sectors": sector_tuple,
            "goods": goods_tuple,
            "name": name,
            "year": None if year is None else int(year),
            "groups": MappingProxyType(group_map),
            "region_names": MappingProxyType({r: r for r in region_tuple} | dict(region_names or {})),
            "sector_names": MappingProxyType({s: s for s in sector_tuple} | dict(sector_names or {})),
            "lines": lines,
        }
        for key, value in labels.items():
            object.__setattr__(self, key, value)

    # -- what follows from the arrays -------------------------------------------------------------------

    @cached_property
    def accounts(self) -> Accounts:
        """Output, expenditure, use, final demand, value added, income, revenue and deficit."""
        books = accounts(self.flows, self.tariff, self.io_share, self.va_share)
        for array in books:
            array.flags.writeable = False
        return books

    @property
    def output(self) -> np.ndarray:
        """Gross output Y (region, sector), USD million at basic price."""
        return self.accounts.output

    @property
    def expenditure(self) -> np.ndarray:
        """Spending E (region, sector), USD million including duty."""
        return self.accounts.expenditure

    @property
    def final_demand(self) -> np.ndarray:
        """Final demand F (region, sector), USD million including duty."""
        return self.accounts.final_demand

    @property
    def value_added(self) -> np.ndarray:
        """Value added VA (region, sector), USD million."""
        return self.accounts.value_added_by_sector

    @property
    def income(self) -> np.ndarray:
        """Final spending I (region,): value added, tariff revenue and deficit."""
        return self.accounts.income

    @property
    def revenue(self) -> np.ndarray:
        """Tariff revenue (region,), USD million."""
        return self.accounts.revenue

    @property
    def deficit(self) -> np.ndarray:
        """Trade deficit D (region,), USD million, imports less exports at basic price."""
        return self.accounts.deficit

    @cached_property
    def baseline(self) -> Baseline:
        """The core's baseline of this economy (JAX arrays)."""
        from dealspace.core.baseline import make_baseline

        return make_baseline(self.flows, self.tariff, self.io_share, self.va_share, self.trade_elasticity)

    # -- names ------------------------------------------------------------------------------------------

    def region_index(self, name: str) -> int:
        """Position of a region; UnknownNameError with near matches otherwise."""
        if name not in self.regions:
            raise unknown_name("region", name, self.regions)
        return self.regions.index(name)

    def sector_index(self, name: str) -> int:
        """Position of a sector; UnknownNameError with near matches otherwise."""
        if name not in self.sectors:
            raise unknown_name("sector", name, self.sectors)
        return self.sectors.index(name)

    def members(self, name: str) -> tuple[str, ...]:
        """Regions of a group; a region gives itself, ``"world"`` gives all."""
        if name == "world":
            return self.regions
        if name in self.regions:
            return (name,)
        if name in self.groups:
            return self.groups[name]
        raise unknown_name("region or group", name, [*self.regions, *self.groups, "world"])

    @property
    def goods_mask(self) -> np.ndarray:
        """True for the sectors that are goods (sector,)."""
        return np.isin(self.sectors, self.goods)

    # -- identity ---------------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """SHA-256 of arrays and names: the key of every cache. Lines and descriptions are not part of it."""
        content = hashlib.sha256()
        for key in ARRAYS:
            array = getattr(self, key)
            content.update(f"{key}{array.shape}".encode())
            content.update(np.ascontiguousarray(array).tobytes())
        groups = sorted((group, members) for group, members in self.groups.items())
        content.update(repr((self.regions, self.sectors, self.goods, groups)).encode())
        return content.hexdigest()

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Economy) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        size = f"{len(self.regions)} regions x {len(self.sectors)} sectors"
        return f"Economy({self.name!r}, {size}, {self.digest[:8]})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, ({entry.name: _picklable(getattr(self, entry.name)) for entry in fields(self)},)

    # -- other economies --------------------------------------------------------------------------------

    def with_(self, **changes: Any) -> Economy:
        """Return this economy with some fields replaced, checked again (``trade_elasticity=...``)."""
        known = [entry.name for entry in fields(self)]
        for key in changes:
            if key not in known:
                raise unknown_name("field of Economy", key, known)
        return replace(self, **changes)

    @cached_property
    def _rebased(self) -> dict[str, Economy]:
        return {}

    def rebase(self, deficits: str = "balanced") -> Economy:
        """Return this economy re-solved to another closure, as a new baseline; see `dealspace.world.rebase`."""
        if deficits not in self._rebased:
            from dealspace.world.rebase import rebase

            self._rebased[deficits] = rebase(self, deficits)
        return self._rebased[deficits]

    def aggregate(
        self,
        regions: Mapping[str, Sequence[str]] | None = None,
        sectors: Mapping[str, Sequence[str]] | None = None,
        *,
        name: str | None = None,
    ) -> Economy:
        """Return the economy with regions and sectors merged; see `dealspace.world.aggregate.aggregate`."""
        from dealspace.world.aggregate import aggregate

        return aggregate(self, regions, sectors, name=name)

    def sub(self, regions: Sequence[str] = (), sectors: Sequence[str] = (), *, rest: str = "REST") -> Economy:
        """Keep the named regions and sectors apart and merge the others into `rest`."""
        from dealspace.world.aggregate import keep

        return keep(self, regions, sectors, rest=rest)

    def to_dataset(self) -> xr.Dataset:
        """Return the arrays and accounts as a labelled xarray Dataset."""
        from dealspace.world.labelled import to_dataset

        return to_dataset(self)

    def save(self, path: str | Path) -> Path:
        """Write the economy to a `.npz` file that `load_world` reads back; lines go beside it."""
        from dealspace.world.store import save_economy

        return save_economy(self, Path(path))


def _picklable(value: Any) -> Any:
    return dict(value) if isinstance(value, MappingProxyType) else value


def _rebuild(content: dict[str, Any]) -> Economy:
    """Return an economy from pickled fields (a spawned worker reads it back)."""
    return Economy(**content)


def _groups(given: Any, regions: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """Return groups as tuples of members, and what is wrong with them."""
    if given is None:
        return {}, []
    if not isinstance(given, Mapping):
        return {}, [Fault("is not a mapping; give a dict of group to members", "groups")]
    groups: dict[str, tuple[str, ...]] = {}
    faults = []
    for group, members in given.items():
        read, more = name_tuple(f"groups.{group}", members)
        faults += more
        if not more:
            groups[group] = read
    return groups, faults + checks.group_faults(groups, regions)


def _checked(
    arrays: dict[str, np.ndarray], regions: tuple[str, ...], sectors: tuple[str, ...]
) -> tuple[dict[str, np.ndarray], list[Fault]]:
    """Run the checks in the order in which each can be asked; renormalise shares that miss 1 by rounding."""
    faults = checks.shape_faults(arrays, len(regions), len(sectors))
    if faults:
        return arrays, faults
    faults = checks.value_faults(arrays, regions, sectors)
    faults += checks.domestic_tariff_faults(arrays["tariff"], regions, sectors)
    if faults:
        return arrays, faults
    io_share, va_share, output = arrays["io_share"], arrays["va_share"], arrays["flows"].sum(axis=0)
    total = io_share.sum(axis=1) + va_share
    faults = checks.share_faults(total, va_share, output, regions, sectors)
    if faults:
        return arrays, faults
    safe = np.where(total > 0, total, 1.0)
    # A sector without output has no technology of its own; value added alone keeps its cost defined.
    arrays = arrays | {
        "io_share": io_share / safe[:, None, :],
        "va_share": np.where(total > 0, va_share / safe, 1.0),
    }
    books = accounts(arrays["flows"], arrays["tariff"], arrays["io_share"], arrays["va_share"])
    faults = checks.supply_faults(books.expenditure, books.use, regions, sectors)
    faults += checks.region_faults(books.value_added, books.income, regions)
    return arrays, faults


def _repaired(arrays: Mapping[str, np.ndarray], regions: tuple[str, ...], sectors: tuple[str, ...]) -> np.ndarray:
    """Flows after the repair of negative final demand, or as they are."""
    core = (arrays["flows"], arrays["tariff"], arrays["io_share"], arrays["va_share"])
    books = accounts(*core)
    negative = negative_final_demand(books)
    if not negative.any():
        return arrays["flows"]
    removed = np.where(negative, -books.final_demand, 0.0)
    worst = [np.unravel_index(i, removed.shape) for i in np.argsort(removed, axis=None)[::-1][:3]]
    named = ", ".join(f"{regions[n]} {sectors[j]} ({removed[n, j]:,.4g})" for n, j in worst if negative[n, j])
    warnings.warn(
        f"final demand is negative in {negative.sum()} of {negative.size} cells, "
        f"{removed.sum() / books.income.sum():.2%} of final demand; set to zero and quantities re-solved. "
        f"Largest: {named}",
        EconomyWarning,
        stacklevel=4,
    )
    positive = np.where(negative, 0.0, np.maximum(books.final_demand, 0.0))
    alpha = positive / positive.sum(axis=1, keepdims=True)
    return resolve_flows(*core, arrays["trade_elasticity"], alpha)
