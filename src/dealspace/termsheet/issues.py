"""The axes of a deal, one class a kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from dealspace.termsheet.acts_border import (
    DutyTerms,
    RentsTo,
    Stacking,
    check_part,
    check_pays,
    check_rents,
    check_stacked_rate,
)
from dealspace.termsheet.acts_quota import NOT_IN_FLOWS, Purpose, check_grant
from dealspace.termsheet.base import Name, RegionNames
from dealspace.termsheet.duties import check_rate
from dealspace.termsheet.entries import NO_PRODUCTS, Issue, check_range, pair
from dealspace.termsheet.products import Products
from dealspace.termsheet.quantities import Barrier, Points, Rate, Share, percent, points
from dealspace.termsheet.units import Grant, Money, Volume, Years

_Rates = Annotated[tuple[Rate, Rate], BeforeValidator(lambda value: pair(value, "[0%, 25%]"))]
_PointsPair = Annotated[tuple[Points, Points], BeforeValidator(lambda value: pair(value, "[0 pp, 10 pp]"))]
_Volumes = Annotated[tuple[Volume, Volume], BeforeValidator(lambda value: pair(value, "[346 kt, 700 kt]"))]
_Sums = Annotated[tuple[Money, Money], BeforeValidator(lambda value: pair(value, "[0 bn USD, 600 bn USD]"))]


class TariffIssue(DutyTerms, Issue):
    """A duty to be agreed. `stacking` as in `TariffAct`; with ``cut`` the value is the share removed."""

    kind: Literal["tariff"]
    range: _Rates
    levels: tuple[Rate, ...] | None = None
    stacking: Stacking

    @property
    def concedes(self) -> Literal["low", "high"]:
        """The end at which `by` gives most: a low duty, or a large cut."""
        return "high" if self.stacking == "cut" else "low"

    @model_validator(mode="after")
    def _range_in_order(self) -> TariffIssue:
        check_range(self)
        check_stacked_rate("range", self.range[1], self.stacking)
        self.check_terms(self.stacking)
        return self


class BarrierIssue(Issue):
    """A barrier to be cut; values are points removed of `base`, its ad valorem equivalent today.

    `rent_share` and `rents_to` as in `BarrierAct`.
    """

    UNIT = "pp"
    CONCEDES = "high"

    kind: Literal["ntb"]
    range: _PointsPair
    levels: tuple[Points, ...] | None = None
    sense: Literal["reduction"]
    base: Barrier
    rent_share: Share = 0.0
    rents_to: RentsTo = "importer"

    @model_validator(mode="after")
    def _range_in_order(self) -> BarrierIssue:
        check_range(self)
        if self.range[1] > self.base:
            raise ValueError(
                f"range: {points(self.range[1])} is more than the barrier's base of {percent(self.base)}; "
                f"write at most {points(self.base)}"
            )
        check_rents(self)
        return self


class ServicesTaxIssue(Issue):
    """A services tax to be agreed; values are its rate. Other keys as in `ServicesTaxAct`."""

    kind: Literal["services-tax"]
    range: _Rates
    levels: tuple[Rate, ...] | None = None
    own_suppliers: bool = False

    @model_validator(mode="after")
    def _range_in_order(self) -> ServicesTaxIssue:
        check_range(self)
        check_part("range", self.range[1], "a services tax takes a part of the receipts")
        return self


class SubsidyIssue(Issue):
    """A subsidy to be agreed; values are its rate. `by` is the exporter, other keys as in `SubsidyAct`."""

    kind: Literal["subsidy"]
    on: RegionNames = ("world",)
    range: _Rates
    levels: tuple[Rate, ...] | None = None
    pays: Literal["production", "exports"]

    @model_validator(mode="after")
    def _range_in_order(self) -> SubsidyIssue:
        check_range(self)
        check_part("range", self.range[1], "a subsidy pays a part of the price")
        check_pays(self)
        return self


class ExportTaxIssue(Issue):
    """An export tax to be agreed; values are its rate. `by` is the exporter."""

    kind: Literal["export-tax"]
    range: _Rates
    levels: tuple[Rate, ...] | None = None

    @model_validator(mode="after")
    def _range_in_order(self) -> ExportTaxIssue:
        check_range(self)
        check_rate("range", self.range[1])
        return self


_THE_QUOTAS = "belongs to the quota, which says it already; delete the key"
_OF_THE_QUOTA: dict[str, str] = dict.fromkeys(("products", "except", "except_on", "coverage"), _THE_QUOTAS)
_ALL_OF_THE_QUOTA = {"on": _THE_QUOTAS, **_OF_THE_QUOTA}


class QuotaVolumeIssue(Issue):
    """The volume of a quota in force, in kt a year; `quota` names the measure."""

    REFUSED = _ALL_OF_THE_QUOTA
    UNIT = "kt"
    CONCEDES = "high"

    kind: Literal["quota-volume"]
    on: Annotated[RegionNames, Field(exclude=True)] = ("world",)
    products: Annotated[Products, Field(exclude=True)] = NO_PRODUCTS
    quota: Name
    range: _Volumes
    levels: tuple[Volume, ...] | None = None

    @model_validator(mode="after")
    def _range_in_order(self) -> QuotaVolumeIssue:
        check_range(self)
        return self


class QuotaShareIssue(Issue):
    """The volume kept for one origin, `on`, within a quota in force, in kt a year; `quota` names the measure."""

    REFUSED = _OF_THE_QUOTA
    UNIT = "kt"
    CONCEDES = "high"

    kind: Literal["quota-share"]
    products: Annotated[Products, Field(exclude=True)] = NO_PRODUCTS
    quota: Name
    range: _Volumes
    levels: tuple[Volume, ...] | None = None

    @model_validator(mode="after")
    def _range_in_order(self) -> QuotaShareIssue:
        check_range(self)
        if len(self.on) != 1:
            raise ValueError(f"on: names {len(self.on)} origins; a share is one origin's, so write an issue for each")
        return self


class MarkupIssue(Issue):
    """The least mark-up of the state trader within a quota in force, a rate; `quota` names the measure."""

    REFUSED = _ALL_OF_THE_QUOTA

    kind: Literal["markup"]
    on: Annotated[RegionNames, Field(exclude=True)] = ("world",)
    products: Annotated[Products, Field(exclude=True)] = NO_PRODUCTS
    quota: Name
    range: _Rates
    levels: tuple[Rate, ...] | None = None

    @model_validator(mode="after")
    def _range_in_order(self) -> MarkupIssue:
        check_range(self)
        check_rate("range", self.range[1])
        return self


class CommitmentIssue(Issue):
    """A sum to be promised to `on`, USD million in all; other keys as in `CommitmentAct`."""

    REFUSED = dict.fromkeys(("products", "except", "coverage"), NOT_IN_FLOWS)
    UNIT = "USD mn"
    CONCEDES = "high"

    kind: Literal["commitment"]
    products: Annotated[Products, Field(exclude=True)] = NO_PRODUCTS
    range: _Sums
    levels: tuple[Money, ...] | None = None
    years: Years
    grant_equivalent: Grant
    purpose: Purpose = "investment"

    @model_validator(mode="after")
    def _range_in_order(self) -> CommitmentIssue:
        check_range(self)
        check_grant(self.grant_equivalent)
        return self

    def transfer(self, amount: float) -> tuple[float, float, float]:
        """Return the low, central and high transfer a year for an amount, both USD million."""
        low, central, high = (amount * share / self.years for share in self.grant_equivalent)
        return low, central, high
