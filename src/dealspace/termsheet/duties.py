"""Duties as sheets write them: a rate, a specific duty over a price, or a schedule by years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema, model_validator

from dealspace.termsheet.base import Part
from dealspace.termsheet.quantities import RATE_SCHEMA, Quantity, Rate, parse_rate, percent, plain, shown
from dealspace.termsheet.staging import by_year, equal_cuts, rising, schedule_year, swiss, uruguay
from dealspace.termsheet.units import UnitPrice, Year, YearKey, YearStarts, ratio

#: Duties above this are taken for a slip of the pen.
LARGEST_RATE = 10.0
#: The same for a duty by weight over its price: a slip between kg and t is a factor of 1000.
LARGEST_RATIO = 50.0
FORMULAS = ("linear", "swiss", "uruguay")
_EQUAL = re.compile(r"B(\d{1,2})")
#: Keys of a formula that each category needs, and those that it may have besides.
_NEEDS = {
    "EIF": (("base", "first"), ("final",)),
    "B": (("base", "first"), ("final",)),
    "linear": (("base", "first", "last"), ("final",)),
    "swiss": (("base", "coefficient", "first"), ("last",)),
    "uruguay": (("base", "coefficient", "first"), ("last", "minimum", "sensitive")),
}
_FORMULA_KEYS = ("final", "first", "last", "coefficient", "minimum", "sensitive")


class UnstagedDayError(ValueError):
    """A day before the first year of a schedule that states no base."""


def check_rate(key: str, rate: float, most: float = LARGEST_RATE) -> None:
    """Refuse a rate below zero or above `most`, in words."""
    if rate < 0:
        raise ValueError(f"{key}: {percent(rate)} is below zero; write 0% or more")
    if rate > most:
        raise ValueError(f"{key}: {percent(rate)} is above {plain(most * 100)}%, the most that is read; check it")


def _category(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if text.casefold() in FORMULAS:
        return text.casefold()
    if text in ("A", "EIF"):
        return "EIF"
    match = _EQUAL.fullmatch(text)
    if match and 1 <= int(match[1]) <= 30:
        return text
    raise ValueError(
        f"{shown(value)!r} is not a staging category; write EIF (at once), B5 or B10 (equal cuts over as many years), "
        "linear, swiss or uruguay"
    )


Category = Annotated[
    str,
    BeforeValidator(_category),
    WithJsonSchema({"type": "string", "pattern": r"^(A|EIF|B\d{1,2}|[Ll]inear|[Ss]wiss|[Uu]ruguay)$"}),
]


class Staging(Part):
    """A rate by years: explicit, or by a category or formula from a base rate.

    Attributes
    ----------
    rates : dict of int to float or None
        Rate of each year; a year without an entry takes the last earlier one. Then no category.
    base : float or None
        Rate before the first year; a formula starts from it.
    category : str or None
        ``EIF`` at once; ``B5``, ``B10``.. equal cuts over as many years; ``linear`` equal cuts from `first` to `last`;
        ``swiss`` t' = a t / (a + t); ``uruguay`` a cut by `coefficient`, or by `minimum` where `sensitive`.
    final : float
        Rate at the end of ``EIF``, ``B..`` and ``linear``, 0 by default.
    first, last : int or None
        Years of the first and the last step; without `last` a formula's cut comes at once.
    coefficient : float or None
        Of the Swiss formula, a rate; or the mean cut of the Uruguay Round, a share.
    minimum : float
        Smallest cut, a share.
    sensitive : bool
        The act takes the smallest cut instead of the mean one.
    year_starts : str
        Month and day on which the schedule's years start.
    """

    rates: Annotated[dict[YearKey, Rate], Field(min_length=1)] | None = None
    base: Rate | None = None
    category: Category | None = None
    final: Rate = 0.0
    first: Year | None = None
    last: Year | None = None
    coefficient: Rate | None = None
    minimum: Rate = 0.0
    sensitive: bool = False
    year_starts: YearStarts = "01-01"

    @model_validator(mode="after")
    def _is_whole(self) -> Staging:
        if self.rates is None and self.category is None:
            raise ValueError(
                "has neither rates nor a category; write rates: {2025: 10%} or base:, category: and first:"
            )
        if self.rates is not None:
            self._check_explicit()
        else:
            self._check_formula()
        for rate in self.every_rate:
            check_rate("base" if rate == self.base else "rates" if self.rates else "final", rate)
        return self

    def _check_explicit(self) -> None:
        given = [key for key in ("category", *_FORMULA_KEYS) if key in self.model_fields_set]
        if given:
            raise ValueError(f"{given[0]}: has no effect beside rates by year; delete it, or delete rates")
        if not rising(self.rates or ()):
            raise ValueError("rates: the years do not rise; write them in order, each once")

    def _check_formula(self) -> None:
        category = self.category or ""
        needed, allowed = _NEEDS["B" if _EQUAL.fullmatch(category) else category]
        missing = [key for key in needed if getattr(self, key) is None]
        if missing:
            raise ValueError(f"the category {category} needs {missing[0]}; write {missing[0]}: {_EXAMPLES[missing[0]]}")
        idle = [key for key in _FORMULA_KEYS if key in self.model_fields_set and key not in (*needed, *allowed)]
        if idle:
            raise ValueError(f"{idle[0]}: has no effect on the category {category}; delete it")
        if self.last is not None and self.first is not None and self.last < self.first:
            raise ValueError(f"last: {self.last} is before the first year, {self.first}; exchange the two")
        if category in ("swiss", "uruguay"):
            self._check_coefficient(category, self.coefficient or 0.0)

    def _check_coefficient(self, category: str, coefficient: float) -> None:
        if category == "swiss":
            if coefficient <= 0:
                raise ValueError("coefficient: is the rate that no duty stays above; write one above 0%, as in 25%")
            return
        if not 0 < coefficient <= 1:
            raise ValueError("coefficient: is the mean cut, a share; write one above 0% and at most 100%, as in 36%")
        if not 0 <= self.minimum <= coefficient:
            raise ValueError(
                f"minimum: {percent(self.minimum)} is no smallest cut; "
                f"write one from 0% to the mean cut of {percent(coefficient)}"
            )
        if self.sensitive and "minimum" not in self.model_fields_set:
            raise ValueError("sensitive: takes the smallest cut, which is not given; write minimum: 15%, say")

    @property
    def every_rate(self) -> tuple[float, ...]:
        """The rates of the schedule: the base, then each entry or the end of the formula."""
        base = () if self.base is None else (self.base,)
        return (*base, *(self.rates.values() if self.rates else (self._end,)))

    @property
    def starts_in(self) -> int:
        """First year of the schedule."""
        return min(self.rates) if self.rates else self.first or 0

    @property
    def _end(self) -> float:
        """Rate at the end of a formula."""
        if self.category == "swiss":
            return swiss(self.base or 0.0, self.coefficient or 0.0)
        if self.category == "uruguay":
            return uruguay(self.base or 0.0, self.coefficient or 0.0, self.minimum, sensitive=self.sensitive)
        return self.final

    @property
    def _last(self) -> int:
        """Year of the last step of a formula."""
        match = _EQUAL.fullmatch(self.category or "")
        first = self.first or 0
        return first + int(match[1]) - 1 if match else first if self.last is None else self.last

    @property
    def step_years(self) -> tuple[int, ...]:
        """Years in which the rate takes a step, rising."""
        return tuple(self.rates) if self.rates else tuple(range(self.first or 0, self._last + 1))

    def rate_on(self, day: date) -> float:
        """Return the rate of a day, a fraction; raises UnstagedDayError before the first year without a base."""
        year = schedule_year(day, self.year_starts)
        if self.rates is None:
            return equal_cuts(self.base or 0.0, self._end, self.first or 0, self._last, year)
        found = by_year(self.rates, year)
        if found is None and self.base is None:
            raise UnstagedDayError(_unstaged(self.starts_in, year))
        return self.base if found is None else found  # type: ignore[return-value]


_EXAMPLES = {"base": "38.5%", "first": "2020", "last": "2033", "coefficient": "25%"}


def _unstaged(first: int, year: int) -> str:
    return f"the schedule starts in {first} and says nothing of {year}; write base: what holds before, or a year {year}"


class StagedPrice(Part):
    """A unit price by years, such as a specific duty that falls: ``{rates: {2024: 62 yen/kg}}``.

    Attributes
    ----------
    rates : dict of int to Quantity
        A year without an entry takes the last earlier one.
    year_starts : str
    """

    rates: Annotated[dict[YearKey, UnitPrice], Field(min_length=1)]
    year_starts: YearStarts = "01-01"

    @model_validator(mode="after")
    def _in_order(self) -> StagedPrice:
        if not rising(self.rates):
            raise ValueError("rates: the years do not rise; write them in order, each once")
        return self

    @property
    def starts_in(self) -> int:
        """First year of the schedule."""
        return min(self.rates)

    def price_on(self, day: date) -> Quantity:
        """Return the price of a day; raises UnstagedDayError before the first year."""
        year = schedule_year(day, self.year_starts)
        found = by_year(self.rates, year)
        if found is None:
            raise UnstagedDayError(_unstaged(self.starts_in, year))
        return found


def _price_form(value: Any) -> str:
    return "[by year]" if isinstance(value, Mapping | StagedPrice) else "[price]"


#: A unit price, or one by years.
Price = Annotated[
    Annotated[UnitPrice, Tag("[price]")] | Annotated[StagedPrice, Tag("[by year]")], Discriminator(_price_form)
]


def price_on(value: Quantity | StagedPrice, day: date) -> Quantity:
    """Return a price, staged or not, on a day."""
    return value.price_on(day) if isinstance(value, StagedPrice) else value


def prices_of(value: Quantity | StagedPrice) -> tuple[Quantity, ...]:
    """Return every price that a price by years takes."""
    return tuple(value.rates.values()) if isinstance(value, StagedPrice) else (value,)


def check_prices(**given: Quantity | StagedPrice | None) -> None:
    """Refuse prices below zero, in two currencies, or far above the first one; keyed by the key that is blamed."""
    first: Quantity | None = None
    for key, value in given.items():
        for price in () if value is None else prices_of(value):
            if price.amount < 0 or (key == "price" and price.amount == 0):
                raise ValueError(f"{key}: {price} cannot be; write a price above zero, as in 341 yen/kg")
            first = first or price
            try:
                times = ratio(price, first) if first.amount else 0.0
            except ValueError:
                raise ValueError(
                    f"{key}: {price} and {first} are in two currencies and no exchange rate is guessed; "
                    "write both in one"
                ) from None
            if times > LARGEST_RATIO:
                raise ValueError(f"{key}: {price} is {plain(round(times))} times {first}; check the two units")


class SpecificDuty(Part):
    """A duty by weight and the border price that makes it a rate: ``{specific: 341 yen/kg, price: 148 yen/kg}``.

    Attributes
    ----------
    specific : Quantity or StagedPrice
    price : Quantity
        Border price before duty; the duty's ad valorem equivalent is specific / price.
    """

    specific: Price
    price: UnitPrice

    @model_validator(mode="after")
    def _comparable(self) -> SpecificDuty:
        check_prices(price=self.price, specific=self.specific)
        return self

    def rate_on(self, day: date) -> float:
        """Return the ad valorem equivalent on a day, a fraction."""
        return ratio(price_on(self.specific, day), self.price)


def duty_form(value: Any) -> str:
    """Tell from what is written which form of a duty it is; the tag of the union below."""
    if isinstance(value, SpecificDuty) or (isinstance(value, Mapping) and {"specific", "price"} & set(value)):
        return "[specific]"
    return "[by year]" if isinstance(value, Mapping | Staging) else "[rate]"


def parse_duty(value: object) -> float:
    """Read the rate of a duty; raises ValueError with the cure where it is written by weight."""
    try:
        return parse_rate(value)
    except ValueError:
        if isinstance(value, str) and value.rstrip().endswith(("/kg", "/t")):
            raise ValueError(
                f"{shown(value)!r} is a duty by weight; write the border price with it, as in "
                f"{{specific: {shown(value)}, price: 148 yen/kg}}"
            ) from None
        raise


#: A rate, read once: pydantic would read `Rate` a second time and take 2.5 for a number without unit.
DutyRate = Annotated[float, BeforeValidator(parse_duty), PlainSerializer(percent), RATE_SCHEMA]
#: A rate, a specific duty over a price, or a schedule by years.
Duty = Annotated[
    Annotated[DutyRate, Tag("[rate]")]
    | Annotated[SpecificDuty, Tag("[specific]")]
    | Annotated[Staging, Tag("[by year]")],
    Discriminator(duty_form),
]
AnyDuty = float | SpecificDuty | Staging


def duty_on(value: AnyDuty, day: date) -> float:
    """Return a duty on a day as a fraction; specific duties by their ad valorem equivalent."""
    return value if isinstance(value, int | float) else value.rate_on(day)


def steps(value: object) -> tuple[date, ...]:
    """Return the days on which a duty or price takes a step; none when it is the same on every day."""
    value = getattr(value, "specific", value)
    if isinstance(value, StagedPrice):
        years: tuple[int, ...] = tuple(value.rates)
    elif isinstance(value, Staging):
        years = value.step_years
    else:
        return ()
    month, day = (int(part) for part in value.year_starts.split("-"))
    return tuple(date(year, month, day) for year in years)


def duty_words(value: AnyDuty) -> str:
    """Write a duty in a few words: ``25%``, ``341 yen/kg over 148 yen/kg``, ``a schedule``."""
    if isinstance(value, Staging):
        return "a schedule"
    if isinstance(value, SpecificDuty):
        return f"{' to '.join(str(price) for price in prices_of(value.specific)[:2])} over {value.price}"
    return percent(value)
