"""The market of one product: who supplies it, at which prices and duties, under which quotas."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from dealspace.errors import DealspaceError, Fault, near_matches

#: Name of the origins that are not named one by one; their costs move as the mean of those of all other regions.
OTHERS = "others"
#: A quota without a rate outside it: the price at which nobody imports, in multiples of the border price.
PROHIBITIVE = 20.0


@dataclass(frozen=True)
class MarketQuota:
    """A tariff-rate quota by volume: up to `volume` the goods of its origins pay the inside duty, beyond it more.

    Attributes
    ----------
    name : str
    origins : names of the market's origins that share it
    volume : limit, in the market's unit of quantity
    inside, outside : float, ad valorem rates in and over quota; an absolute quota has no rate over it (None)
    inside_specific, outside_specific : float, duty or mark-up per unit, in the market's currency
    markup_cap : float or None, the most of the premium per unit that the state trader may take; None is all of it
    rents_to : {"importer", "exporter"}, who gets what the state trader does not
    premium : float, where the base price stands between the inside (0) and the outside price (1)
    """

    name: str
    origins: tuple[str, ...]
    volume: float
    inside: float = 0.0
    outside: float | None = 0.0
    inside_specific: float = 0.0
    outside_specific: float = 0.0
    markup_cap: float | None = None
    rents_to: str = "importer"
    premium: float = 0.0


@dataclass(frozen=True)
class Source:
    """What a number of a market rests on: `status` is seen, derived or assumption."""

    about: str
    status: str
    basis: str
    source: str = ""


@dataclass(frozen=True, eq=False)
class Market:
    """One product in one region by origin, in the base.

    Attributes
    ----------
    name, importer, sector : str
    hs : codes of the product
    origins : (O,) names of regions, `OTHERS` for all not named; the importer itself is home supply
    quantity : (O,), in `unit`; border : (O,), price before duty in `currency` per `unit`
    tau : (O,), gross ad valorem duty factor; specific : (O,), duty or mark-up per unit: the buyer pays
        border tau + specific. Both are the base's, so that a base inside a quota holds its mark-up.
    unit, price_unit : how quantity and price are counted; `per_unit` is USD million per unit of value
        (quantity times price), so that kt at yen/kg with 150 yen a dollar have 1/150
    sigma : elasticity of substitution between import origins; sigma_home : between home supply and imports
    upper : elasticity of the product's demand to its price in the sector
    supply : elasticity of home supply to its price over its cost; infinite is a price that follows the cost
    quotas : tuple of MarketQuota
    sources : tuple of Source
    """

    name: str
    importer: str
    sector: str
    hs: tuple[str, ...]
    origins: tuple[str, ...]
    quantity: np.ndarray
    border: np.ndarray
    tau: np.ndarray
    specific: np.ndarray
    sigma: float
    sigma_home: float
    upper: float
    unit: str = "USD million at base prices"
    price_unit: str = "ratio to the base"
    per_unit: float = 1.0
    supply: float = np.inf
    quotas: tuple[MarketQuota, ...] = ()
    sources: tuple[Source, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise DealspaceError(faults)

    @property
    def home(self) -> np.ndarray:
        """Which origin is home supply (O,)."""
        return np.array([name == self.importer for name in self.origins])

    @property
    def price(self) -> np.ndarray:
        """What buyers pay in the base (O,), duty and mark-up in it."""
        return self.border * self.tau + self.specific

    @property
    def spending(self) -> np.ndarray:
        """Buyers' spending in the base (O,), USD million."""
        return self.price * self.quantity * self.per_unit

    def at(self, name: str) -> int:
        """Return the position of an origin; the fault of an unknown one names near matches."""
        if name not in self.origins:
            raise DealspaceError(f"{self.name} has no origin {name!r}; {near_matches(name, self.origins)}")
        return self.origins.index(name)

    def with_(self, **changes: object) -> Market:
        """Return the market with fields replaced, checked again."""
        return replace(self, **changes)  # pyright: ignore[reportArgumentType]


def _faults(market: Market) -> list[Fault]:
    faults = []
    number = len(market.origins)
    for label in ("quantity", "border", "tau", "specific"):
        array = np.asarray(getattr(market, label), dtype=np.float64)
        object.__setattr__(market, label, array)
        if array.shape != (number,) or not np.isfinite(array).all():
            faults.append(Fault(f"needs {number} finite numbers, one for each origin", f"{market.name}.{label}"))
        elif label in ("quantity", "border", "tau") and (array <= 0).any():
            worst = market.origins[int(array.argmin())]
            faults.append(Fault(f"is {array.min():g} for {worst}; give numbers above 0", f"{market.name}.{label}"))
    if len(set(market.origins)) != number:
        faults.append(Fault("names an origin twice; add its numbers up", f"{market.name}.origins"))
    for label in ("sigma", "sigma_home"):
        if not 0 < getattr(market, label) < 100:
            cure = "give an elasticity of substitution above 0 and below 100"
            faults.append(Fault(f"is {getattr(market, label):g}; {cure}", f"{market.name}.{label}"))
    if market.upper < 0 or market.supply <= 0:
        faults.append(Fault("needs upper of at least 0 and supply above 0", f"{market.name}.upper"))
    seen: set[str] = set()
    for quota in market.quotas:
        faults += _quota_faults(market, quota, seen)
        seen |= set(quota.origins)
    return faults


def _quota_faults(market: Market, quota: MarketQuota, seen: set[str]) -> list[Fault]:
    path = f"{market.name}.quotas.{quota.name}"
    faults = [
        Fault(f"names {name!r}, which is no foreign origin of the market; {near_matches(name, market.origins)}", path)
        for name in quota.origins
        if name not in market.origins or name == market.importer
    ]
    faults += [Fault(f"shares {name} with another quota; one origin has one quota", path) for name in quota.origins
               if name in seen]  # fmt: skip
    if quota.volume <= 0:
        faults.append(Fault(f"has a volume of {quota.volume:g}; give one above 0", path))
    if not 0 <= quota.premium <= 1:
        faults.append(Fault(f"has a premium of {quota.premium:g}; it stands between 0 and 1", path))
    if quota.rents_to not in ("importer", "exporter"):
        faults.append(Fault(f"gives rents to {quota.rents_to!r}; write importer or exporter", path))
    if not faults:
        low, high = quota_prices(market, quota)
        if (high < low).any():
            faults.append(Fault("is dearer inside than outside; check the rates", path))
    return faults


def quota_prices(market: Market, quota: MarketQuota, border: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return what buyers pay inside and outside a quota for each of its origins, given border prices (O,)."""
    at = [market.at(name) for name in quota.origins]
    price = (market.border if border is None else border)[at]
    low = price * (1.0 + quota.inside) + quota.inside_specific
    if quota.outside is None:
        return low, low * PROHIBITIVE
    return low, price * (1.0 + quota.outside) + quota.outside_specific
