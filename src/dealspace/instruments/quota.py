"""Tariff-rate quotas on whole cells, for policies that are written without a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dealspace.errors import Fault, PolicyError

if TYPE_CHECKING:
    from jaxtyping import Array

    from dealspace.core.quotas import Quotas
    from dealspace.world.economy import Economy


@dataclass(frozen=True)
class Quota:
    """A tariff-rate quota of an importer on a whole sector.

    Parameters
    ----------
    importer : str
    exporters : str, sequence of str, or mapping
        Regions or groups under one common limit; ``"world"`` is every other region. A mapping gives each a limit of
        its own, in the unit in which `volume` or `ratio` would be.
    sector : str
    volume : float, optional
        Limit in USD million at base-year basic prices. Give this or `ratio`, or a mapping of exporters with
        ``unit="volume"`` or ``unit="ratio"``.
    ratio : float, optional
        Limit over the imports of the base year.
    unit : {"ratio", "volume"}
        What the numbers of a mapping are.
    in_rate : float, optional
        Duty within the quota, a fraction; the base year's where left out.
    out_rate : float, optional
        Duty over the quota; nothing comes in over it where left out.
    markup : float
        Least mark-up of a state trader on what comes in within the quota, a fraction, on top of `in_rate`.
    kept : float
        Share of the rents that stays with the importer, from 0 to 1.
    name : str
        How reports call it; importer and sector where left out.

    Raises
    ------
    PolicyError
        When the numbers do not make a quota.

    Examples
    --------
    >>> Quota("JPN", "USA", "A01_02", ratio=0.9, out_rate=0.5).names
    ('JPN-A01_02',)
    >>> Quota("JPN", {"USA": 0.9, "THA": 1.1}, "A01_02").names
    ('JPN-A01_02:USA', 'JPN-A01_02:THA')
    """

    importer: str
    exporters: str | Sequence[str] | Mapping[str, float]
    sector: str
    volume: float | None = None
    ratio: float | None = None
    unit: str = "ratio"
    in_rate: float | None = None
    out_rate: float | None = None
    markup: float = 0.0
    kept: float = 1.0
    name: str = ""

    def __post_init__(self) -> None:
        faults = [Fault(message, f"quotas.{self._label}.{key}") for key, message in self._faults()]
        if faults:
            raise PolicyError(faults)

    def _faults(self) -> list[tuple[str, str]]:
        found = []
        for key, least, most in _BOUNDS:
            value = getattr(self, key)
            if value is not None and not (_is_number(value) and least <= value <= most):
                rule = f"a number of at least {least:g}" if most == inf else f"a number from {least:g} to {most:g}"
                found.append((key, f"{value!r} cannot be; write {rule}"))
        if isinstance(self.exporters, Mapping):
            if self.volume is not None or self.ratio is not None:
                found.append(("exporters", "gives each exporter its own limit; leave volume and ratio out"))
            if not self.exporters:
                found.append(("exporters", 'names nobody; write {"USA": 0.9}, say'))
            bad = [name for name, limit in self.exporters.items() if not (_is_number(limit) and limit > 0)]
            if bad:
                found.append(("exporters", f"{self.exporters[bad[0]]!r} of {bad[0]} is no limit; write one above 0"))
            if self.unit not in ("ratio", "volume"):
                found.append(("unit", f"{self.unit!r} is not known; write 'ratio' or 'volume'"))
        elif (self.volume is None) == (self.ratio is None):
            found.append(("volume", "needs one limit: volume in USD million, or ratio to the base year's imports"))
        elif (limit := self.ratio if self.volume is None else self.volume) is not None and limit == 0:
            found.append(("volume", "a limit of 0 is a ban; write a small one, or a prohibitive tariff"))
        if not found and self.out_rate is not None and self.in_rate is not None:
            inside = self.in_rate + self.markup
            if self.out_rate < inside:
                found.append(("out_rate", f"{self.out_rate:g} is below the {inside:g} within the quota; exchange them"))
        return found

    @property
    def _label(self) -> str:
        return self.name or f"{self.importer}-{self.sector}"

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each limit: one, or one for each exporter of a mapping."""
        if isinstance(self.exporters, Mapping):
            return tuple(f"{self._label}:{name}" for name in self.exporters)
        return (self._label,)


_BOUNDS = (
    ("volume", 0.0, inf), ("ratio", 0.0, inf), ("in_rate", 0.0, inf), ("out_rate", 0.0, inf), ("markup", 0.0, inf),
    ("kept", 0.0, 1.0),
)  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(float(value)))


class _Row(NamedTuple):
    """A cell under a quota: position of its limit, gross factors in and over it, share of the rents that stays."""

    cell: tuple[int, int, int]
    limit: int
    inside: float
    outside: float
    kept: float


def quotas_of(world: Economy, quotas: Sequence[object], eta: float = 2.0) -> Quotas:
    """Return quotas as the core takes them; every cell is one line.

    Raises
    ------
    PolicyError
        For what is no Quota, cells without trade or under two quotas, and rates that do not fit the base duty.
    UnknownNameError
        For regions and sectors that the economy does not have.
    """
    from dealspace.core.quotas import Quotas, as_arrays

    rows: list[_Row] = []
    limits: list[float] = []
    faults: list[Fault] = []
    for quota in quotas:
        if not isinstance(quota, Quota):
            faults.append(Fault(f"{quota!r} is not a Quota; write [Quota(...), ...]", "quotas"))
            continue
        try:
            _add(world, quota, rows, limits)
        except PolicyError as error:
            faults += error.faults
    cells = [row.cell for row in rows]
    twice = {cell for cell in cells if cells.count(cell) > 1}
    faults += [Fault(f"{_cell(world, cell)} is under two quotas; keep one", "quotas") for cell in sorted(twice)]
    if faults:
        raise PolicyError(faults)
    at = np.array(cells, dtype=np.int32).reshape(-1, 3)
    count, tau0 = len(rows), 1.0 + world.tariff[tuple(at.T)]
    held: dict[str, Any] = {
        "importer": at[:, 0],
        "exporter": at[:, 1],
        "sector": at[:, 2],
        "rest_price": np.zeros(count),
        "rest_sales": np.zeros(count),
        "cell": np.arange(count, dtype=np.int32),
        "quota": np.array([row.limit for row in rows], dtype=np.int32),
        "share": np.ones(count),
        "tau0": tau0,
        "inside": np.array([row.inside for row in rows]),
        "outside": np.array([row.outside for row in rows]),
        "barrier": np.ones(count),
        "kept": np.array([row.kept for row in rows]),
        "limit": np.array(limits),
        "eta": eta,
    }
    return as_arrays(Quotas(**held))


def check_cells(world: Economy, levels: Mapping[str, np.ndarray], quotas: Quotas) -> None:
    """Refuse duties and taxes in the cells of quotas, which set the whole duty there."""
    at = (np.asarray(quotas.importer), np.asarray(quotas.exporter), np.asarray(quotas.sector))
    ratio = (1.0 + levels["tariff"]) / (1.0 + world.tariff)
    faults = []
    for label, changed in (
        ("tariff", levels["tariff"] != world.tariff),
        ("tariff_price", levels["tariff_price"] != ratio),
        ("services_tax", levels["services_tax"] != 0.0),
    ):
        if changed[at].any():
            n, i, j = (int(axis[np.flatnonzero(changed[at])[0]]) for axis in at)
            cell = _cell(world, (n, i, j))
            faults.append(Fault(f"a quota sets the whole duty of {cell}; state in_rate and out_rate there", label))
    if faults:
        raise PolicyError(faults)


def rebased(quotas: Quotas, before: Economy, after: Economy) -> Quotas:
    """Return quotas whose limits keep their relation to the base year's trade in another base of the same economy.

    A base that is solved again, such as the one without deficits, has other flows; a limit in USD million at basic
    prices moves with the sales of its lines.
    """
    import jax

    if before is after or not quotas.limit.shape[0]:
        return quotas
    at = quotas.at

    def sales(world: Economy) -> Array:
        net = quotas.share / quotas.tau0 * (world.baseline.sales * (1.0 + world.baseline.tariff))[at][quotas.cell]
        return jax.ops.segment_sum(net, quotas.quota, quotas.limit.shape[0])

    return quotas._replace(limit=quotas.limit * sales(after) / sales(before))


def _add(world: Economy, quota: Quota, rows: list[_Row], limits: list[float]) -> None:
    """Add the cells and limits of a quota."""
    from dealspace.core.quotas import CLOSED

    n, j = world.region_index(quota.importer), world.sector_index(quota.sector)
    given = quota.exporters
    origins = dict(given) if isinstance(given, Mapping) else None
    whole = (given,) if isinstance(given, str) else tuple(given)
    parts = [whole] if origins is None else [(name,) for name in origins]
    for names, label in zip(parts, quota.names, strict=True):
        members = dict.fromkeys(i for name in names for i in map(world.region_index, world.members(name)) if i != n)
        traded = [i for i in members if world.flows[n, i, j] > 0]
        imports = sum(float(world.flows[n, i, j]) for i in traded)
        if not traded:
            what = f"{quota.importer} imports nothing of {quota.sector} from {', '.join(names)}, so no quota can stand"
            raise PolicyError(Fault(what, f"quotas.{label}"))
        number = origins[names[0]] if origins is not None else None
        volume, ratio = (quota.volume, quota.ratio) if number is None else (None, number)
        if number is not None and quota.unit == "volume":
            volume, ratio = number, None
        for i in traded:
            rate = float(world.tariff[n, i, j]) if quota.in_rate is None else quota.in_rate
            inside = 1.0 + rate + quota.markup
            outside = inside * CLOSED if quota.out_rate is None else 1.0 + quota.out_rate
            if outside < inside:
                message = (
                    f"{quota.out_rate:g} is below what {_cell(world, (n, i, j))} pays within the quota, {inside - 1:g}"
                )
                raise PolicyError(Fault(f"{message}; raise it or state in_rate", f"quotas.{label}.out_rate"))
            rows.append(_Row((n, i, j), len(limits), inside, outside, quota.kept))
        limits.append(volume if volume is not None else (ratio or 0.0) * imports)


def _cell(world: Economy, cell: tuple[int, int, int]) -> str:
    n, i, j = cell
    return f"({world.regions[n]}, {world.regions[i]}, {world.sectors[j]})"
