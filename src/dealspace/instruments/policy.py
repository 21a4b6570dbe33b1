"""A policy: the level of every wedge after it, checked against the economy it is meant for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dealspace.errors import Fault, PolicyError
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    from dealspace.core.wedges import Wedges

AXES = ("importer", "exporter", "sector")
Given = Any  # a number, an array, a labelled array, or a mapping from names to numbers


class Policy:
    """Levels of the wedges after a policy, on the axes (importer, exporter, sector).

    Parameters
    ----------
    world : Economy
        The economy whose axes the arrays follow.
    tariff : array, labelled array or mapping, optional
        Duty rates after the policy, as fractions; the economy's own where left out. A mapping names cells:
        ``{("USA", "JPN", "C29"): 0.275}``; a name may also be a group, ``"world"``, ``"goods"`` or ``"all"``.
    trade_cost : optional
        d_hat, the wasteful trade-cost factor after over before; 1 where left out.
    subsidy : optional
        Subsidy rates on sales at basic price, paid by the exporter's budget; an array (exporter, sector)
        holds for every importer; negative is an export tax.
    rent : optional
        Scarcity-rent factor (1 = none); `rent_to_importer` is the share that stays with the importer.
    tariff_price : optional
        Change of the duty-inclusive price factor, where the lines of a cell make it differ from
        (1 + tariff) / (1 + tariff before).
    name : str
        How reports call it.

    Raises
    ------
    PolicyError
        With every fault found: axes, bounds, names.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> policy = ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275}, name="cars")
    >>> float(policy.tariff[world.region_index("USA"), world.region_index("JPN"), world.sector_index("C29")])
    0.275
    """

    def __init__(
        self,
        world: Economy,
        *,
        tariff: Given = None,
        trade_cost: Given = None,
        subsidy: Given = None,
        rent: Given = None,
        rent_to_importer: Given = None,
        tariff_price: Given = None,
        name: str = "policy",
    ):
        shape = world.flows.shape
        faults: list[Fault] = []

        def filled(label: str, given: Given, default: np.ndarray) -> np.ndarray:
            try:
                array = _fill(world, given, default, label)
            except PolicyError as error:
                faults.extend(error.faults)
                return default
            faults.extend(_bounds(world, label, array))
            array.flags.writeable = False
            return array

        self.world = world
        self.name = name
        self.tariff = filled("tariff", tariff, world.tariff)
        self.trade_cost = filled("trade_cost", trade_cost, np.ones(shape))
        self.subsidy = filled("subsidy", subsidy, np.zeros(shape))
        self.rent = filled("rent", rent, np.ones(shape))
        self.rent_to_importer = filled("rent_to_importer", rent_to_importer, np.ones(shape))
        follows = (1.0 + self.tariff) / (1.0 + world.tariff)
        self.tariff_price = filled("tariff_price", tariff_price, follows)
        own = np.diagonal(self.tariff, axis1=0, axis2=1)
        if np.any(own != 0):
            sector, region = (int(i) for i in np.argwhere(own != 0)[0])
            where = f"{world.regions[region]}, {world.sectors[sector]}"
            faults.append(Fault(f"a duty on own sales ({where}); a tariff is paid at the border", "tariff"))
        if faults:
            raise PolicyError(faults)

    @cached_property
    def wedges(self) -> Wedges:
        """The policy as the core takes it."""
        import jax.numpy as jnp

        from dealspace.core.wedges import Wedges

        return Wedges(
            price_hat=jnp.asarray(self.tariff_price),
            tau=jnp.asarray(1.0 + self.tariff),
            trade_cost=jnp.asarray(self.trade_cost),
            subsidy=jnp.asarray(self.subsidy),
            rent=jnp.asarray(self.rent),
            rent_to_importer=jnp.asarray(self.rent_to_importer),
        )

    def __repr__(self) -> str:
        changed = int(np.sum(self.tariff != self.world.tariff))
        costs = int(np.sum(self.trade_cost != 1.0))
        return f"Policy({self.name!r}, {changed} duties and {costs} trade costs changed)"


def _fill(world: Economy, given: Given, default: np.ndarray, label: str) -> np.ndarray:
    """Return `given` as a full array (importer, exporter, sector)."""
    if given is None:
        return np.array(default)
    if isinstance(given, Mapping):
        return _from_cells(world, given, default, label)
    if hasattr(given, "dims"):
        return _from_labels(world, given, label)
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise PolicyError(Fault("is not an array of numbers", label)) from None
    wanted = world.flows.shape
    if array.shape == wanted[1:] and label == "subsidy":
        return np.broadcast_to(array[None], wanted).copy()
    if array.shape != wanted:
        axes = ", ".join(f"{axis} {size}" for axis, size in zip(AXES, wanted, strict=True))
        raise PolicyError(Fault(f"has shape {array.shape}; it needs the axes ({axes})", label))
    return array.copy()


def _from_labels(world: Economy, given: Any, label: str) -> np.ndarray:
    """Return a labelled array in the economy's own order of regions and sectors."""
    if set(given.dims) != set(AXES):
        found = ", ".join(map(str, given.dims))
        raise PolicyError(Fault(f"has dimensions ({found}); it needs ({', '.join(AXES)})", label))
    wanted = {"importer": world.regions, "exporter": world.regions, "sector": world.sectors}
    faults = [
        Fault(f"lacks {axis} {name}", label)
        for axis, names in wanted.items()
        if axis in given.coords
        for name in names
        if name not in given.coords[axis].to_numpy()
    ]
    if faults:
        raise PolicyError(faults)
    ordered = given.transpose(*AXES).sel({a: list(n) for a, n in wanted.items() if a in given.coords})
    return np.array(ordered, dtype=np.float64)


def _from_cells(world: Economy, cells: Mapping[Any, Any], default: np.ndarray, label: str) -> np.ndarray:
    """Return the default with the named cells set; own sales are left alone when a name covers several."""
    array = np.array(default)
    for key, value in cells.items():
        if not (isinstance(key, tuple) and len(key) == 3):
            raise PolicyError(Fault(f"the key {key!r} should be (importer, exporter, sector)", label))
        importers = [world.region_index(name) for name in world.members(key[0])]
        exporters = [world.region_index(name) for name in world.members(key[1])]
        sectors = [world.sector_index(name) for name in _sectors(world, key[2])]
        several = len(importers) > 1 or len(exporters) > 1
        for n in importers:
            keep = [i for i in exporters if i != n or not several]
            array[np.ix_([n], keep, sectors)] = float(value)
    return array


def _sectors(world: Economy, name: str) -> tuple[str, ...]:
    if name == "goods":
        return world.goods
    return world.sectors if name == "all" else (name,)


_LEAST = {"tariff": -1.0, "trade_cost": 0.0, "tariff_price": 0.0, "rent": 0.0}  # each to be exceeded


def _bounds(world: Economy, label: str, array: np.ndarray) -> list[Fault]:
    """Return a fault for the first cell that is not a number or out of bounds."""
    bad = ~np.isfinite(array)
    rule = "a finite number"
    if label in _LEAST:
        bad |= array <= _LEAST[label]
        rule = f"a number above {_LEAST[label]:g}"
    elif label == "subsidy":
        bad |= array >= 1.0
        rule = "a number below 1"
    elif label == "rent_to_importer":
        bad |= (array < 0.0) | (array > 1.0)
        rule = "a share between 0 and 1"
    if not bad.any():
        return []
    n, i, j = (int(at) for at in np.argwhere(bad)[0])
    cell = f"({world.regions[n]}, {world.regions[i]}, {world.sectors[j]})"
    return [Fault(f"{array[n, i, j]:g} at {cell}, and {bad.sum() - 1} more; it needs {rule}", label)]
