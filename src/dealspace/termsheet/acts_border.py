"""Measures at the border by rate: tariffs, barriers, services taxes, subsidies, export taxes, gate prices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from dealspace.termsheet.base import Part, RegionNames
from dealspace.termsheet.duties import (
    LARGEST_RATE,
    Duty,
    Price,
    SpecificDuty,
    Staging,
    check_prices,
    check_rate,
    duty_on,
    price_on,
)
from dealspace.termsheet.entries import Act
from dealspace.termsheet.quantities import Barrier, Points, Rate, Share, percent, points, shown
from dealspace.termsheet.staging import gate_duty
from dealspace.termsheet.units import UnitPrice, ratio

Stacking = Literal["add", "inclusive", "replace", "cut"]
RentsTo = Literal["importer", "exporter"]


class DutyTerms(Part):
    """How far a duty reaches, on measures and issues alike.

    Attributes
    ----------
    content : float
        Share of each line's value on which the duty is due; on the rest the act is as if it were not there.
    utilisation : float
        For a preference: share of the trade that uses it; the rest pays as if it were not there.
    origin_cost : float
        For a preference: what proof of origin costs those who use it, a fraction of the value.
    bound : float or None
        Bound rate of the products; what exceeds it is told, not refused.
    mfn : bool
        Given to every region, not only to those in `on` (`except_on` still counts).
    """

    content: Share = 1.0
    utilisation: Share = 1.0
    origin_cost: Rate = 0.0
    bound: Rate | None = None
    mfn: bool = False

    def check_terms(self, stacking: str) -> None:
        """Refuse terms that do nothing or contradict the stacking, in words."""
        for key in ("content", "utilisation"):
            if getattr(self, key) == 0:
                raise ValueError(f"{key}: 0% leaves nothing to the duty; write a share above 0%, or delete the key")
        check_rate("origin_cost", self.origin_cost, 1.0)
        if self.bound is not None:
            check_rate("bound", self.bound)
        idle = [key for key in ("utilisation", "origin_cost") if key in self.model_fields_set]
        if idle and stacking == "add":
            raise ValueError(
                f"{idle[0]}: belongs to a preference, but with stacking add the duty comes on top; "
                "write stacking: replace, inclusive or cut, or delete the key"
            )


def _by_rate(value: Any) -> Any:
    """Say where a duty by weight is written."""
    if isinstance(value, str) and value.rstrip().endswith(("/kg", "/t")):
        raise ValueError(f"{shown(value)!r} is a duty by weight; write specific: {shown(value)} and the border price:")
    return value


class TariffAct(DutyTerms, Act):
    """A duty.

    Attributes
    ----------
    rate : float or None
        Fraction: 0.25 is 25 %. With stacking ``cut`` the share of the duty in force that is removed. None when
        `staging` or `specific` stands instead; `rate_on` gives the rate in every case.
    staging : Staging or None
        The rate by years.
    specific, price : Quantity (or StagedPrice) and Quantity, or None
        A duty by weight and the border price that turns it into a rate.
    stacking : {"add", "inclusive", "replace", "cut"}
        ``add``: on top of what is in force. ``inclusive``: the larger of the normal duty (the benchmark's,
        before any measure) and the rate. ``replace``: the rate is the whole duty. ``cut``: the duty shrinks.
    content, utilisation, origin_cost, bound, mfn
        See `DutyTerms`.
    """

    kind: Literal["tariff"]
    staging: Staging | None = None
    specific: Price | None = None
    price: UnitPrice | None = None
    rate: Annotated[Rate | None, BeforeValidator(_by_rate), Field(validate_default=True)] = None
    stacking: Stacking = "add"

    @field_validator("rate", mode="after")
    @classmethod
    def _some_rate(cls, rate: float | None, info: ValidationInfo) -> float | None:
        """Miss the rate where nothing stands for it; what could not be read stood for something."""
        read = [info.data.get(key, ...) for key in ("staging", "specific")]
        if rate is None and read == [None, None]:
            raise PydanticCustomError("missing", "a rate is missing")
        return rate

    @model_validator(mode="after")
    def _one_rate(self) -> TariffAct:
        ways = [key for key in ("rate", "staging", "specific") if getattr(self, key) is not None]
        if len(ways) > 1:
            raise ValueError(f"{ways[1]}: stands beside {ways[0]}; keep one of the two")
        if self.specific is not None and self.price is None:
            raise ValueError("specific: needs price:, the border price that makes it a rate, as in price: 148 yen/kg")
        if self.price is not None and self.specific is None:
            raise ValueError("price: has no effect without specific; write specific: 341 yen/kg, say, or delete it")
        check_prices(price=self.price, specific=self.specific)
        for rate in self.staging.every_rate if self.staging else () if self.rate is None else (self.rate,):
            check_stacked_rate("staging" if self.staging else "rate", rate, self.stacking)
        self.check_terms(self.stacking)
        return self

    def rate_on(self, day: date) -> float:
        """Return the ad valorem rate on a day, a fraction."""
        if self.staging is not None:
            return self.staging.rate_on(day)
        if self.specific is not None and self.price is not None:
            return ratio(price_on(self.specific, day), self.price)
        return self.rate or 0.0


class BarrierAct(Act):
    """A change of a non-tariff barrier.

    Attributes
    ----------
    base : float
        Ad valorem equivalent of the barrier in the benchmark, a fraction; the sheet must state it.
    reduction : float
        Points of `base` removed, a fraction: trade costs change by (1 + base - reduction) / (1 + base).
    rent_share : float
        Share of the barrier that is a rent and no waste, 0 by default.
    rents_to : {"importer", "exporter"}
        Who earns the rent.
    """

    kind: Literal["ntb"]
    base: Barrier
    reduction: Points
    rent_share: Share = 0.0
    rents_to: RentsTo = "importer"

    @model_validator(mode="after")
    def _within_base(self) -> BarrierAct:
        if not 0 <= self.reduction <= self.base:
            raise ValueError(
                f"removes {points(self.reduction)} of a barrier of {percent(self.base)}; "
                f"write a reduction from 0 pp to {points(self.base)}"
            )
        check_rents(self)
        return self

    def rate_on(self, day: date) -> float:
        """Return the points removed, a fraction; the same on every day."""
        return self.reduction


class ServicesTaxAct(Act):
    """A tax on receipts from services, such as a digital services tax: gross factor 1 / (1 - rate coverage).

    Attributes
    ----------
    rate : float
        Fraction of the receipts that are taxed.
    coverage : float
        Share of the receipts that is taxed.
    own_suppliers : bool
        Whether the region's own suppliers pay it too.
    """

    kind: Literal["services-tax"]
    rate: Rate
    own_suppliers: bool = False

    @model_validator(mode="after")
    def _rate_in_bounds(self) -> ServicesTaxAct:
        check_part("rate", self.rate, "a services tax takes a part of the receipts")
        return self

    def rate_on(self, day: date) -> float:
        """Return the rate, a fraction; the same on every day."""
        return self.rate


class SubsidyAct(Act):
    """A subsidy on sales, paid by the budget of `by`, the exporter.

    Attributes
    ----------
    rate : float
        Fraction of the sales at basic prices.
    pays : {"production", "exports"}
        ``production``: on all sales, at home too; then `on` is left out. ``exports``: on sales to `on`.
    """

    kind: Literal["subsidy"]
    on: RegionNames = ("world",)
    rate: Rate
    pays: Literal["production", "exports"]

    @model_validator(mode="after")
    def _rate_in_bounds(self) -> SubsidyAct:
        check_part("rate", self.rate, "a subsidy pays a part of the price")
        check_pays(self)
        return self

    def rate_on(self, day: date) -> float:
        """Return the rate, a fraction; the same on every day."""
        return self.rate


class ExportTaxAct(Act):
    """A tax on exports from `by` to `on`; the budget of `by` earns it.

    Attributes
    ----------
    rate : float
        Fraction of the sales at basic prices.
    """

    kind: Literal["export-tax"]
    rate: Rate

    @model_validator(mode="after")
    def _rate_in_bounds(self) -> ExportTaxAct:
        check_rate("rate", self.rate)
        return self

    def rate_on(self, day: date) -> float:
        """Return the rate, a fraction; the same on every day."""
        return self.rate


class GatePriceAct(Act):
    """A minimum import price: below it the duty makes up the difference, up to a largest duty.

    The whole duty is max(min(gate (1 + above) - price, cap) / price, above), see `staging.gate_duty`.

    Attributes
    ----------
    gate : Quantity
        The gate price.
    price : Quantity
        Border price before duty.
    cap : Quantity, StagedPrice
        Largest duty by weight.
    above : float, Staging
        Ad valorem duty on what costs more than the gate price.
    """

    kind: Literal["gate-price"]
    gate: UnitPrice
    price: UnitPrice
    cap: Price
    above: Annotated[Duty, Field(default=0.0)]

    @model_validator(mode="after")
    def _comparable(self) -> GatePriceAct:
        check_prices(price=self.price, gate=self.gate, cap=self.cap)
        if isinstance(self.above, SpecificDuty):
            raise ValueError("above: is a duty by weight; above the gate price a rate belongs, as in above: 2.2%")
        return self

    def rate_on(self, day: date) -> float:
        """Return the ad valorem equivalent on a day, a fraction."""
        gate, cap = ratio(self.gate, self.price), ratio(price_on(self.cap, day), self.price)
        return gate_duty(1.0, gate, cap, duty_on(self.above, day))


def check_stacked_rate(key: str, rate: float, stacking: str) -> None:
    """Refuse a rate that its stacking cannot take, in words."""
    if stacking == "cut" and 1 < rate <= LARGEST_RATE:
        raise ValueError(f"{key}: a cut of {percent(rate)} removes more than the duty; write at most 100%")
    check_rate(key, rate)


def check_part(key: str, rate: float, why: str) -> None:
    """Refuse a rate that is not a part of a whole, in words."""
    check_rate(key, rate)
    if rate >= 1:
        raise ValueError(f"{key}: {percent(rate)} is the whole and more, but {why}; write less than 100%")


def check_rents(entry: Any) -> None:
    """Refuse a receiver of rents where there are none."""
    if "rents_to" in entry.model_fields_set and entry.rent_share == 0:
        raise ValueError("rents_to: has no effect without rent_share; write rent_share: 30%, say, or delete it")


def check_pays(entry: Any) -> None:
    """Refuse destinations of a subsidy that is paid on all sales."""
    if entry.pays == "production" and (entry.on != ("world",) or entry.except_on):
        key = "on" if entry.on != ("world",) else "except_on"
        raise ValueError(
            f"{key}: a production subsidy is paid on all sales, at home too; delete the key, or write pays: exports"
        )
