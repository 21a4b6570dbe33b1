"""Where makers build what they sell in a market: the data of a footprint, for any country and industry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from dealspace.errors import DealspaceError, Fault, unknown_name

#: How a number came about: read in the source, arithmetic on such numbers, or assumed.
STATUSES = ("seen", "derived", "assumption")


@dataclass(frozen=True)
class Note:
    """Where a number comes from.

    Attributes
    ----------
    status : {"seen", "derived", "assumption"}
    how : str
        The arithmetic or the reason, in words.
    source : str
        Citations of what was read.
    """

    status: str
    how: str
    source: str

    def __post_init__(self):
        if self.status not in STATUSES:
            raise unknown_name("status of a number", self.status, STATUSES)


@dataclass(frozen=True)
class Parameters:
    """How buyers and plants respond; every default is an assumption that `docs/howto/cars.md` states.

    Attributes
    ----------
    between_plants : float
        sigma: elasticity of substitution between the plants of one maker.
    between_makers : float
        eta: elasticity of substitution between makers.
    pass_through : float
        Share of a change of cost and duty, in logarithms, that reaches the buyer's price.
    jobs : float
        Elasticity of a plant's jobs to its output.
    """

    between_plants: float = 8.0
    between_makers: float = 4.0
    pass_through: float = 1.0
    jobs: float = 1.0

    def __post_init__(self):
        for name in ("between_plants", "between_makers", "pass_through", "jobs"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value < 0:
                raise DealspaceError(Fault(f"{value!r} makes no sense; give a number of zero or more", name))
        for name in ("pass_through", "jobs"):
            if math.isinf(getattr(self, name)):
                raise DealspaceError(Fault("has no bound; give a finite number", name))


@dataclass(frozen=True, eq=False)
class Footprint:
    """What makers sell in a market by the place where it was built; M makers, P places.

    Parameters
    ----------
    market, sector : str
        Region that buys, and the sector of the economy that the goods belong to.
    makers : tuple of str (M,)
        Every maker in the market; what is left over may be one maker of its own.
    plants : tuple of str (P,)
        Places of building. One of them must be the market alone: its home plants.
    units : (M, P)
        Sales in the market in the base year, zero where there are none.
    origins : mapping of str to mapping of str to float, optional
        Regions of each place with weights that add to 1, for places that the sources do not tell apart; by default
        each place is the region of its name.
    group : tuple of str, optional
        Makers whose totals, exports, workers and parts are meant; all by default.
    composite : tuple of str, optional
        Names that stand for many makers: their places substitute like makers, at eta.
    value : mapping of str to float, optional
        Customs value of a unit by place, USD; places without one get no duty in dollars.
    exports : float
        Units that the group's home plants sell outside the market.
    workers : float, optional
        Persons at the group's home plants.
    parts_from : str, optional
        Region whose parts the home plants of the group use.
    parts_share : float
        Share of these parts in the cost of the group's home plants.
    parts_value : float, optional
        Customs value of these parts, USD million a year.
    car_product, parts_product : str
        Product terms whose duties count.
    name, title : str
    year : int, optional
    notes : mapping of str to Note, optional
        Provenance by key: ``maker|plant``, or the name of a field.
    not_told : tuple of str, optional
        Sentences on what the sources do not give.

    Raises
    ------
    DealspaceError
        With every fault: shapes, signs, names, weights, a market without home plants.

    Examples
    --------
    >>> footprint = Footprint("USA", "C29", ("A", "B"), ("USA", "JPN"), np.array([[60.0, 40.0], [90.0, 10.0]]))
    >>> footprint.units.sum()
    np.float64(200.0)
    """

    market: str
    sector: str
    makers: tuple[str, ...]
    plants: tuple[str, ...]
    units: np.ndarray
    origins: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    group: tuple[str, ...] = ()
    composite: tuple[str, ...] = ()
    value: Mapping[str, float] = field(default_factory=dict)
    exports: float = 0.0
    workers: float | None = None
    parts_from: str | None = None
    parts_share: float = 0.0
    parts_value: float | None = None
    car_product: str = "hs:8703"
    parts_product: str = "hs:8708"
    name: str = "footprint"
    title: str = ""
    year: int | None = None
    notes: Mapping[str, Note] = field(default_factory=dict)
    not_told: tuple[str, ...] = ()

    def __post_init__(self):
        units = np.array(self.units, dtype=float)
        units.flags.writeable = False
        origins = {plant: dict(self.origins.get(plant, {plant: 1.0})) for plant in self.plants}
        for key, value in {
            "units": units,
            "makers": tuple(self.makers),
            "plants": tuple(self.plants),
            "group": tuple(self.group) or tuple(self.makers),
            "composite": tuple(self.composite),
            "origins": MappingProxyType({plant: MappingProxyType(mix) for plant, mix in origins.items()}),
            "value": MappingProxyType(dict(self.value)),
            "notes": MappingProxyType(dict(self.notes)),
        }.items():
            object.__setattr__(self, key, value)
        faults = _faults(self)
        if faults:
            raise DealspaceError(faults)

    @property
    def home(self) -> str:
        """The place that is the market alone."""
        return next(plant for plant in self.plants if dict(self.origins[plant]) == {self.market: 1.0})

    @property
    def in_group(self) -> np.ndarray:
        """True for the makers of the group (M,)."""
        return np.isin(self.makers, self.group)

    @property
    def is_composite(self) -> np.ndarray:
        """True for names that stand for many makers (M,)."""
        return np.isin(self.makers, self.composite)

    @property
    def value_per_unit(self) -> np.ndarray:
        """Customs value of a unit by place (P,), USD; NaN where none is sourced."""
        return np.array([self.value.get(plant, np.nan) for plant in self.plants])

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Weight of each region in each place: region -> (P,)."""
        regions = dict.fromkeys(region for mix in self.origins.values() for region in mix)
        return {r: np.array([self.origins[p].get(r, 0.0) for p in self.plants]) for r in regions}

    def note(self, maker: str, plant: str) -> Note | None:
        """Provenance of a cell, None where it is empty."""
        return self.notes.get(f"{maker}|{plant}")


def _faults(f: Footprint) -> list[Fault]:
    faults = []
    if f.units.shape != (len(f.makers), len(f.plants)):
        shape = f"({len(f.makers)}, {len(f.plants)})"
        faults.append(Fault(f"has the shape {f.units.shape}; give (makers, plants), here {shape}", "units"))
    elif not np.isfinite(f.units).all() or (f.units < 0).any():
        faults.append(Fault("holds a negative or missing number; give 0 where a maker has no plant", "units"))
    elif (f.units.sum(axis=1) <= 0).any():
        idle = [maker for maker, sold in zip(f.makers, f.units.sum(axis=1), strict=True) if sold <= 0]
        faults.append(Fault(f"{', '.join(idle)} sells nothing; leave it out", "units"))
    for key, names in (("makers", f.makers), ("plants", f.plants)):
        if len(set(names)) != len(names):
            faults.append(Fault("names something twice", key))
    for key, names, known in (
        ("group", f.group, f.makers),
        ("composite", f.composite, f.makers),
        ("value", f.value, f.plants),
    ):
        faults += [Fault(str(unknown_name("name", name, known)), key) for name in names if name not in known]
    for plant, mix in f.origins.items():
        if abs(sum(mix.values()) - 1.0) > 1e-6 or min(mix.values(), default=-1.0) < 0:
            faults.append(Fault(f"has weights {dict(mix)}; give shares that add to 1", f"origins.{plant}"))
    if not any(dict(mix) == {f.market: 1.0} for mix in f.origins.values()):
        faults.append(
            Fault(f"none is built in {f.market} alone; name a place whose only region is the market", "plants")
        )
    faults += [Fault(f"{f.value[p]} is not a value; leave it out", f"value.{p}") for p in f.value if not f.value[p] > 0]
    if not 0 <= f.parts_share < 1:
        faults.append(Fault(f"{f.parts_share} is no share; give a fraction below 1", "parts_share"))
    if f.parts_share and f.parts_from is None:
        faults.append(Fault("is given, but not whose parts; name a region in parts_from", "parts_share"))
    if f.exports < 0 or (f.workers is not None and f.workers < 0):
        faults.append(Fault("is negative", "exports" if f.exports < 0 else "workers"))
    return faults
