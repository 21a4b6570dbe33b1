"""A policy: the level of every wedge after it, checked against the economy it is meant for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import FrozenInstanceError
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from dealspace.errors import EconomyError, Fault, PolicyError
from dealspace.instruments.quota import Quota, check_cells, quotas_of
from dealspace.world.economy import Economy
from dealspace.world.reading import align, off_diagonal, read

if TYPE_CHECKING:
    from dealspace.core.quotas import Quotas
    from dealspace.core.wedges import Wedges
    from dealspace.instruments.dealmap import DealMap

AXES = ("importer", "exporter", "sector")
Given = Any  # a number, an array, a labelled array, or a mapping from names to numbers


class Policy:
    """Levels of the wedges after a policy, on the axes (importer, exporter, sector); it cannot be changed.

    Parameters
    ----------
    world : Economy
        The economy whose axes the arrays follow.
    tariff : number, array, labelled array or mapping, optional
        Duty rates after the policy, as fractions; the economy's own where left out. A single number holds
        between all regions and for all sectors, and is 0 on own sales. A mapping names cells:
        ``{("USA", "JPN", "C29"): 0.275}``; a name may also be a group, ``"world"``, ``"goods"`` or ``"all"``.
        Labelled arrays are put into the economy's order by their labels.
    trade_cost : optional
        d_hat, the wasteful trade-cost factor after over before; 1 where left out. A single number holds between
        all regions, and is 1 on own sales.
    subsidy : optional
        Subsidy rates on sales at basic price, paid by the exporter's budget; an array (exporter, sector)
        holds for every importer; negative is an export tax.
    rent : optional
        Scarcity-rent factor (1 = none); `rent_to_importer` is the share that stays with the importer.
    tariff_price : optional
        Change of the duty-inclusive price factor, where the lines of a cell make it differ from
        (1 + tariff) / (1 + tariff before).
    services_tax : optional
        Share of what the buyer pays before duty that a tax on services takes; gross factor 1 / (1 - services_tax).
        The importer's budget earns it; own sales may be named. A single number holds between all regions.
    transfer : array (region,) or mapping, optional
        USD million a year received from others, negative when given; outside the equilibrium.
    quotas : list of Quota, optional
        Tariff-rate quotas on whole cells; see `Quota`.
    name : str
        How reports call it.

    Raises
    ------
    PolicyError
        With every fault found: axes, labels, bounds, cells, and a world that is no Economy.
    UnknownNameError
        When a mapping names a region, group or sector that the economy does not have.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> policy = ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275}, name="cars")
    >>> float(policy.tariff[world.region_index("USA"), world.region_index("JPN"), world.sector_index("C29")])
    0.275
    """

    world: Economy
    name: str
    tariff: np.ndarray
    trade_cost: np.ndarray
    subsidy: np.ndarray
    rent: np.ndarray
    rent_to_importer: np.ndarray
    tariff_price: np.ndarray
    services_tax: np.ndarray
    transfer: np.ndarray
    quotas: Quotas | None
    quota_names: tuple[str, ...]
    notes: tuple[str, ...]

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
        services_tax: Given = None,
        transfer: Given = None,
        quotas: Iterable[Quota] = (),
        name: str = "policy",
    ):
        if not isinstance(world, Economy):
            raise PolicyError(Fault(f'is {_brief(world)}; give an Economy, e.g. ds.load_world("world-2022")', "world"))
        given = {
            "tariff": tariff,
            "trade_cost": trade_cost,
            "subsidy": subsidy,
            "rent": rent,
            "rent_to_importer": rent_to_importer,
            "tariff_price": tariff_price,
            "services_tax": services_tax,
        }
        levels, faults = _levels(world, given)
        sums, more = _transfers(world, transfer)
        if faults or more:
            raise PolicyError([*faults, *more])
        asked = tuple(quotas)
        held = quotas_of(world, asked) if asked else None
        if held is not None:
            check_cells(world, levels, held)
        names = tuple(name for quota in asked for name in quota.names)
        # The arrays are read-only and the attributes fixed, so that what was checked is what is solved.
        self.__dict__.update(levels, world=world, name=name, transfer=sums, quotas=held, quota_names=names, notes=())

    @classmethod
    def of_deal(cls, world: Economy, deals: DealMap, x: np.ndarray, name: str = "policy") -> Policy:
        """Return a deal as a policy, quotas and all.

        Parameters
        ----------
        world : Economy
        deals : DealMap
        x : array (issues,)
            Values in natural units, as for `DealMap.wedges`.
        name : str
        """
        wedges, tax = deals.evaluated(x)
        policy = cls.from_wedges(world, wedges, name, services_tax=np.asarray(tax))
        policy.__dict__.update(quota_names=deals.quota_names, notes=deals.notes)
        return policy

    @classmethod
    def from_wedges(
        cls, world: Economy, wedges: Wedges, name: str = "policy", *, services_tax: np.ndarray | None = None
    ) -> Policy:
        """Return wedges of the core as a policy.

        Parameters
        ----------
        world : Economy
        wedges : Wedges
        name : str
        services_tax : array (importer, exporter, sector), optional
            The part of ``tau`` that is a tax on services; by default what own sales pay, and none elsewhere.
        """
        if services_tax is None:
            own = np.eye(len(world.regions), dtype=bool)[:, :, None]
            services_tax = np.where(own, 1.0 - 1.0 / np.asarray(wedges.tau), 0.0)
        tau = np.asarray(wedges.tau) * (1.0 - services_tax)
        tau = np.where(np.abs(tau - (1.0 + world.tariff)) < 1e-15, 1.0 + world.tariff, tau)
        policy = cls(
            world,
            tariff=np.where(tau == 1.0 + world.tariff, world.tariff, tau - 1.0),
            trade_cost=np.asarray(wedges.trade_cost),
            subsidy=np.asarray(wedges.subsidy),
            rent=np.asarray(wedges.rent),
            rent_to_importer=np.asarray(wedges.rent_to_importer),
            tariff_price=np.asarray(wedges.price_hat) * (1.0 - services_tax),
            services_tax=services_tax,
            transfer=np.asarray(wedges.transfer),
            name=name,
        )
        count = wedges.quotas.limit.shape[0]
        names = tuple(f"quota {k + 1}" for k in range(count))
        policy.__dict__.update(quotas=wedges.quotas if count else None, quota_names=names)
        return policy

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"a Policy cannot be changed ({name}); make another one")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"a Policy cannot be changed ({name}); make another one")

    @cached_property
    def wedges(self) -> Wedges:
        """The policy as the core takes it."""
        import jax.numpy as jnp

        from dealspace.core.wedges import no_change

        base = no_change(self.world.baseline)
        kept = 1.0 - self.services_tax
        return base._replace(
            price_hat=jnp.asarray(self.tariff_price / kept),
            tau=jnp.asarray((1.0 + self.tariff) / kept),
            trade_cost=jnp.asarray(self.trade_cost),
            subsidy=jnp.asarray(self.subsidy),
            rent=jnp.asarray(self.rent),
            rent_to_importer=jnp.asarray(self.rent_to_importer),
            transfer=jnp.asarray(self.transfer),
            quotas=base.quotas if self.quotas is None else self.quotas,
        )

    def __repr__(self) -> str:
        changed = int(np.sum(self.tariff != self.world.tariff))
        costs = int(np.sum(self.trade_cost != 1.0))
        more = f", {len(self.quota_names)} quotas" if self.quota_names else ""
        return f"Policy({self.name!r}, {changed} duties and {costs} trade costs changed{more})"


def _levels(world: Economy, given: Mapping[str, Given]) -> tuple[dict[str, np.ndarray], list[Fault]]:
    """Return every wedge as a read-only array (importer, exporter, sector), and what is wrong."""
    shape = world.flows.shape
    levels: dict[str, np.ndarray] = {}
    faults: list[Fault] = []
    for label, value in given.items():
        default = np.full(shape, _DEFAULTS[label])
        if label == "tariff":
            default = world.tariff
        elif label == "tariff_price":
            default = (1.0 + levels["tariff"]) / (1.0 + world.tariff)
        try:
            array = _fill(world, value, default, label)
            more = _bounds(world, label, array)
        except PolicyError as error:
            array, more = np.array(default), list(error.faults)
        faults += more
        # What follows from a faulty array is not told as well.
        levels[label] = np.array(default) if more else array
        levels[label].flags.writeable = False
    own = np.diagonal(levels["tariff"], axis1=0, axis2=1)
    if np.any(own != 0):
        sector, region = (int(i) for i in np.argwhere(own != 0)[0])
        where = f"{world.regions[region]}, {world.sectors[sector]}"
        faults.append(Fault(f"a duty on own sales ({where}); a tariff is paid at the border", "tariff"))
    return levels, faults


def _transfers(world: Economy, given: Given) -> tuple[np.ndarray, list[Fault]]:
    """Return what each region receives, read-only, and what is wrong."""
    found = np.zeros(len(world.regions))
    faults: list[Fault] = []
    if isinstance(given, Mapping):
        for region, value in given.items():
            number = _number(value)
            if number is None or not np.isfinite(number):
                faults.append(Fault(f"{_brief(value)} of {region} is not a number; write USD million", "transfer"))
            else:
                found[world.region_index(region)] = number
    elif given is not None:
        array = np.asarray(given)
        if array.shape != found.shape or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            cure = 'write a number for each region, or name them: {"JPN": -2200.0, "USA": 2200.0}'
            faults.append(Fault(f"is not an array of {len(found)} finite numbers; {cure}", "transfer"))
        else:
            found[:] = array
    found.flags.writeable = False
    return found, faults


def _fill(world: Economy, given: Given, default: np.ndarray, label: str) -> np.ndarray:
    """Return `given` as a full array (importer, exporter, sector)."""
    if given is None:
        return np.array(default)
    if isinstance(given, Mapping):
        return _from_cells(world, given, default, label)
    wanted = world.flows.shape
    try:
        # pandas frames of subsidies have the axes (exporter, sector), all labelled arrays of others the full ones.
        short = label == "subsidy" and _axes_count(given) == 2
        axes = AXES[1:] if short else AXES
        reading = read(label, given, axes)
        array = align(label, reading, axes, world.regions, world.sectors)
    except EconomyError as error:
        raise PolicyError(error.faults) from None
    if array.shape == () and label in _SPREAD:
        return off_diagonal(float(array), _DEFAULTS[label], wanted)
    if short and array.shape == wanted[1:]:
        return np.broadcast_to(array[None], wanted).copy()
    if array.shape != wanted:
        sizes = ", ".join(f"{axis} {size}" for axis, size in zip(AXES, wanted, strict=True))
        raise PolicyError(Fault(f"has shape {array.shape}; it needs the axes ({sizes})", label))
    return array


def _from_cells(world: Economy, cells: Mapping[Any, Any], default: np.ndarray, label: str) -> np.ndarray:
    """Return the default with the named cells set; own sales are left alone when a name covers several."""
    array = np.array(default)
    faults = []
    for key, value in cells.items():
        if not (isinstance(key, tuple) and len(key) == 3 and all(isinstance(name, str) for name in key)):
            faults.append(Fault(f"the key {key!r} should be (importer, exporter, sector)", label))
            continue
        number = _number(value)
        if number is None:
            cell = ", ".join(key)
            faults.append(Fault(f"{_brief(value)} at ({cell}) is not a number; {_cure(value)}", label))
            continue
        importers = [world.region_index(name) for name in world.members(key[0])]
        exporters = [world.region_index(name) for name in world.members(key[1])]
        sectors = [world.sector_index(name) for name in _sectors(world, key[2])]
        several = len(importers) > 1 or len(exporters) > 1
        for n in importers:
            keep = [i for i in exporters if i != n or not several]
            array[np.ix_([n], keep, sectors)] = number
    if faults:
        raise PolicyError(faults)
    return array


def _axes_count(given: Given) -> int:
    """Return how many axes an input has; 0 where that cannot be said."""
    try:
        return np.ndim(given)
    except ValueError:
        return 0


def _number(value: object) -> float | None:
    """Return a real number, plain or as an array without axes; None for anything else."""
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "__array__"):
        entry = np.asarray(value)
        return float(entry) if entry.ndim == 0 and entry.dtype.kind in "iuf" else None
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else None


def _brief(value: object) -> str:
    """Return what was given, short enough for a sentence."""
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def _cure(value: object) -> str:
    """Say how to write a value: text such as ``25%`` as its fraction."""
    try:
        number = float(str(value).strip().removesuffix("%")) if isinstance(value, str) else float("nan")
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        return "write a fraction, such as 0.25 for 25 %"
    return f"write {number / 100 if '%' in str(value) else number:g}"


def _sectors(world: Economy, name: str) -> tuple[str, ...]:
    if name == "goods":
        return world.goods
    return world.sectors if name == "all" else (name,)


#: The level of every cell where nothing is given (duties have the economy's own).
_DEFAULTS = {
    "tariff": 0.0,
    "trade_cost": 1.0,
    "subsidy": 0.0,
    "rent": 1.0,
    "rent_to_importer": 1.0,
    "tariff_price": 1.0,
    "services_tax": 0.0,
}
_SPREAD = ("tariff", "trade_cost", "services_tax")  # a single number holds between all regions
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
    elif label == "services_tax":
        bad |= (array < 0.0) | (array >= 1.0)
        rule = "a share of at least 0 and below 1"
    elif label == "rent_to_importer":
        bad |= (array < 0.0) | (array > 1.0)
        rule = "a share between 0 and 1"
    if not bad.any():
        return []
    n, i, j = (int(at) for at in np.argwhere(bad)[0])
    cell = f"({world.regions[n]}, {world.regions[i]}, {world.sectors[j]})"
    others = f" and {bad.sum() - 1} more" if bad.sum() > 1 else ""
    return [Fault(f"{array[n, i, j]:g} at {cell}{others}; it needs {rule}", label)]
