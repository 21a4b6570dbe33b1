"""Measures by volume: tariff-rate quotas and volume safeguards; and commitments, which are sums of money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema, model_validator

from dealspace.termsheet.base import RegionName, Text
from dealspace.termsheet.duties import Duty, DutyRate, SpecificDuty, Staging, duty_form, duty_on
from dealspace.termsheet.entries import NO_PRODUCTS, Act
from dealspace.termsheet.products import Products
from dealspace.termsheet.quantities import Rate, parse_share, percent, shown
from dealspace.termsheet.staging import grown, schedule_year
from dealspace.termsheet.units import Grant, Money, Volume, Years, YearStarts, money, volume

ByOrigin = Annotated[dict[RegionName, Volume], Field(min_length=1)]


def _imports_form(value: Any) -> str:
    return "[by origin]" if isinstance(value, Mapping) else "[in all]"


Imports = Annotated[
    Annotated[Volume, Tag("[in all]")] | Annotated[ByOrigin, Tag("[by origin]")], Discriminator(_imports_form)
]


def _kept(value: object) -> float:
    """Read who earns the rents as the share that stays with the importer."""
    if value in ("importer", "exporter"):
        return 1.0 if value == "importer" else 0.0
    try:
        return parse_share(value)
    except ValueError:
        raise ValueError(
            f"{shown(value)!r} does not say who earns the rents; write importer, exporter, or the share that the "
            "importer keeps, as in 60%"
        ) from None


Kept = Annotated[
    float,
    BeforeValidator(_kept),
    PlainSerializer(lambda value: {1.0: "importer", 0.0: "exporter"}.get(value, percent(value))),
    WithJsonSchema({"anyOf": [{"enum": ["importer", "exporter"]}, {"type": "string", "pattern": r"%\s*$"}]}),
]


def _out_form(value: Any) -> str:
    return "[closed]" if value == "closed" else duty_form(value)


def _rate_or_closed(value: Any) -> Any:
    """Say that ``closed`` is the only word that may stand for a duty over the quota."""
    if isinstance(value, str) and value.strip().isalpha():
        raise ValueError(f"{shown(value)!r} is not a rate; write one such as 25%, or closed where nothing may come in")
    return value


OutDuty = Annotated[
    Annotated[Literal["closed"], Tag("[closed]")]
    | Annotated[DutyRate, BeforeValidator(_rate_or_closed), Tag("[rate]")]
    | Annotated[SpecificDuty, Tag("[specific]")]
    | Annotated[Staging, Tag("[by year]")],
    Discriminator(_out_form),
]


class _ByVolume(Act):
    """What a quota and a safeguard share: what came in, and growth by the years of the schedule."""

    imports: Imports
    growth: Rate = 0.0
    year_starts: YearStarts = "01-01"

    @property
    def imports_by(self) -> dict[str, float] | None:
        """Imports of the base year by origin in kt, or None where only their sum is given."""
        return self.imports if isinstance(self.imports, dict) else None

    @property
    def imports_total(self) -> float:
        """Imports of the base year in kt."""
        return sum(self.imports.values()) if isinstance(self.imports, dict) else self.imports

    def _check_volumes(self, key: str, whole: float) -> None:
        if whole <= 0:
            raise ValueError(f"{key}: {volume(whole)} is no volume; write one above zero, as in {key}: 770 kt")
        negative = [v for v in (self.imports_by or {"": self.imports_total}).values() if v < 0]
        if negative or self.imports_total <= 0:
            shown_volume = volume(negative[0] if negative else self.imports_total)
            raise ValueError(
                f"imports: {shown_volume} cannot have come in; write what did in the base year, above zero"
            )
        if not -0.5 < self.growth <= 1:
            raise ValueError(f"growth: {percent(self.growth)} a year cannot be meant; write a rate such as 1%")
        if self.growth and self.from_ is None:
            raise ValueError("growth: needs a first year to grow from; write from: the day the measure starts")

    def _grown(self, whole: float, day: date) -> float:
        if not self.growth or self.from_ is None:
            return whole
        years = schedule_year(day, self.year_starts) - schedule_year(self.from_, self.year_starts)
        return grown(whole, self.growth, years)


class QuotaAct(_ByVolume):
    """A tariff-rate quota, or with ``out_rate: closed`` an absolute one. It sets the whole duty of its products.

    Attributes
    ----------
    volume : float
        kt a year.
    imports : float or dict of str to float
        What came in in the base year, in kt, in all or by origin.
    shares : dict of str to float or None
        Volumes kept for single origins, in kt; the others share the rest.
    in_rate, out_rate : float, SpecificDuty or Staging
        Duty in and over the quota; `out_rate` may be ``closed``: nothing comes in over it.
    markup : the same or None
        Least mark-up of the state trader on what comes in within the quota.
    rents_to : float
        Share of the rents that stays with the importer: 1 for ``importer``, 0 for ``exporter``.
    growth : float
        Growth of `volume` a year from the year of `from_` on.
    administration : str
        How licences are given, as text.
    """

    kind: Literal["quota"]
    volume: Volume
    shares: ByOrigin | None = None
    in_rate: Duty
    out_rate: OutDuty
    markup: Duty | None = None
    rents_to: Kept = 1.0
    administration: Text = ""

    @model_validator(mode="after")
    def _adds_up(self) -> QuotaAct:
        self._check_volumes("volume", self.volume)
        shares = self.shares or {}
        for origin, share in shares.items():
            if share < 0:
                raise ValueError(f"shares: {volume(share)} of {origin} is below zero; write 0 kt or more")
        if sum(shares.values()) > self.volume * (1 + 1e-12):
            total = volume(round(sum(shares.values()), 9))
            raise ValueError(f"shares: add up to {total}, more than the volume of {volume(self.volume)}; cut one")
        return self

    @property
    def kept(self) -> float:
        """Share of the rents that stays with the importer, a fraction."""
        return self.rents_to

    @property
    def closed(self) -> bool:
        """Whether nothing comes in over the quota."""
        return self.out_rate == "closed"

    def volume_on(self, day: date) -> float:
        """Return the volume in kt in the quota year of a day."""
        return self._grown(self.volume, day)

    def inside(self, day: date) -> float:
        """Return the duty within the quota on a day, a fraction, without the mark-up."""
        return duty_on(self.in_rate, day)

    def outside(self, day: date) -> float | None:
        """Return the duty over the quota on a day, a fraction; None when it is closed."""
        return None if self.out_rate == "closed" else duty_on(self.out_rate, day)  # type: ignore[arg-type]

    def markup_on(self, day: date) -> float:
        """Return the least mark-up on a day, a fraction."""
        return 0.0 if self.markup is None else duty_on(self.markup, day)


class SafeguardAct(_ByVolume):
    """A volume safeguard: `base_rate` up to the trigger, `rate` on what comes in above it.

    Attributes
    ----------
    trigger : float
        kt a year; grows by `growth` from the year of `from_` on.
    imports : float or dict of str to float
        What came in in the base year, in kt.
    rate, base_rate : float, SpecificDuty or Staging
        Whole duty above and up to the trigger.
    """

    kind: Literal["safeguard"]
    trigger: Volume
    rate: Duty
    base_rate: Duty

    @model_validator(mode="after")
    def _adds_up(self) -> SafeguardAct:
        self._check_volumes("trigger", self.trigger)
        return self

    @property
    def kept(self) -> float:
        """Share of the rents that stays with the importer: none, as no licence is given."""
        return 0.0

    def volume_on(self, day: date) -> float:
        """Return the trigger in kt in the year of a day."""
        return self._grown(self.trigger, day)

    def inside(self, day: date) -> float:
        """Return the duty up to the trigger on a day, a fraction."""
        return duty_on(self.base_rate, day)

    def outside(self, day: date) -> float:
        """Return the duty above the trigger on a day, a fraction."""
        return duty_on(self.rate, day)


#: Why a commitment has none of these keys.
NOT_IN_FLOWS = "a commitment is a sum of money outside the trade flows, so this has no effect; delete it"
Purpose = Literal["investment", "purchases", "aid", "other"]


class CommitmentAct(Act):
    """A promise to invest or buy; it moves a transfer of its grant equivalent, and no trade flow.

    Attributes
    ----------
    on : tuple of str
        Who receives.
    amount : float
        USD million in all.
    years : float
        Over which it is spread.
    grant_equivalent : (float, float, float)
        Low, central and high share of the amount that is a gift.
    purpose : {"investment", "purchases", "aid", "other"}
    """

    REFUSED = dict.fromkeys(("products", "except", "coverage"), NOT_IN_FLOWS)

    kind: Literal["commitment"]
    products: Annotated[Products, Field(exclude=True)] = NO_PRODUCTS
    amount: Money
    years: Years
    grant_equivalent: Grant
    purpose: Purpose = "investment"

    @model_validator(mode="after")
    def _adds_up(self) -> CommitmentAct:
        if self.amount <= 0:
            raise ValueError(f"amount: {money(self.amount)} commits to nothing; write a sum such as 550 bn USD")
        check_grant(self.grant_equivalent)
        return self

    @property
    def transfer(self) -> tuple[float, float, float]:
        """Low, central and high transfer a year from `by` to `on`, USD million."""
        low, central, high = (self.amount * share / self.years for share in self.grant_equivalent)
        return low, central, high


def check_grant(grant: tuple[float, float, float]) -> None:
    """Refuse a grant equivalent that is no share, in words."""
    if grant[0] < 0 or grant[2] > 1:
        value = percent(grant[0] if grant[0] < 0 else grant[2])
        raise ValueError(f"grant_equivalent: {value} is not a share of the amount; write it from 0% to 100%")
