"""Weights, sums of money and unit prices as people write them: ``770 kt``, ``550 bn USD``, ``341 yen/kg``.

Weights become kt and money becomes USD million, through decimal arithmetic; a unit price keeps the unit it was written
in. Nothing is converted between currencies: an exchange rate is a fact with a date and a source, not a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from dealspace.errors import near_matches
from dealspace.termsheet.quantities import N, Quantity, counted, name_of, parse_rate, percent, plain, shown, split

IssueUnit = Literal["%", "pp", "kt", "USD mn"]
#: Powers of ten from a unit to the one that values are kept in.
WEIGHTS = {"kg": -6, "t": -3, "kt": 0, "Mt": 3}
MONEY = {"USD": -6, "mn USD": 0, "bn USD": 3, "trn USD": 6}
PRICES = tuple(f"{currency}/{weight}" for currency in ("yen", "USD", "EUR") for weight in ("kg", "t"))
_OTHER_WORDS = {
    "tonnes": "t", "tonne": "t", "thousand t": "kt", "million t": "Mt", "mn t": "Mt",
    "mt": "Mt",
    "USD mn": "mn USD", "USD bn": "bn USD", "USD trn": "trn USD", "billion USD": "bn USD", "million USD": "mn USD",
    "trillion USD": "trn USD", "USD billion": "bn USD", "USD million": "mn USD", "m USD": "mn USD",
    "JPY/kg": "yen/kg", "JPY/t": "yen/t",
}  # fmt: skip


def parse_volume(value: object) -> float:
    """Read a weight such as ``770 kt``; returns kt."""
    return _scaled(value, WEIGHTS, "a weight", "770 kt")


def parse_money(value: object) -> float:
    """Read a sum such as ``550 bn USD``; returns USD million."""
    return _scaled(value, MONEY, "a sum", "550 bn USD")


def _scaled(value: object, units: Mapping[str, int], wanted: str, example: str) -> float:
    number, unit = split(value, f"{wanted} such as {example}")
    if unit == "" and number == 0:
        return 0.0
    amount = plain(float(number))
    if unit == "":
        raise ValueError(no_unit(amount, units, example))
    if unit in units:
        return float(number.scaleb(units[unit]))
    if unit in _OTHER_WORDS and _OTHER_WORDS[unit] in units:
        raise ValueError(f"{shown(value)!r} has the unit {unit!r}; write {amount} {_OTHER_WORDS[unit]}")
    if units is WEIGHTS and unit in ("ton", "tons"):
        raise ValueError(f"{shown(value)!r} may be metric, short or long; write metric tons as t, as in {amount} t")
    if units is MONEY and ("JPY" in unit or "yen" in unit or "EUR" in unit):
        raise ValueError(
            f"{shown(value)!r} is not in USD; convert it at the rate that the source gives, and say so in note:"
        )
    hint = near_matches(unit, units)
    raise ValueError(f"{shown(value)!r} has the unit {unit!r}, but {wanted} such as {example} belongs here; {hint}")


def no_unit(amount: str, units: Iterable[str], example: str) -> str:
    """Say that a number has no unit, without a guess at which one it is."""
    *first, last = units
    return f"{amount} has no unit; write it in {', '.join(first)} or {last}, as in {example}"


def volume(value: float) -> str:
    """Write a weight in kt: 346.0 gives ``346 kt``."""
    return f"{plain(value)} kt"


def money(value: float) -> str:
    """Write USD million as billions: 550000.0 gives ``550 bn USD``."""
    text = format(Decimal(repr(float(value))).scaleb(-3), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " bn USD"


def natural(quantity: Quantity) -> float:
    """Return an amount in the units of issues: fractions, kt and USD million."""
    powers = WEIGHTS.get(quantity.unit, MONEY.get(quantity.unit, 0))
    return float(Decimal(repr(quantity.amount)).scaleb(powers)) if powers else quantity.amount


def unit_of(quantity: Quantity) -> str:
    """Return the unit of issues that a quantity is in: ``kt`` for ``346000 t``, ``USD mn`` for ``3 bn USD``."""
    if quantity.unit in WEIGHTS:
        return "kt"
    return "USD mn" if quantity.unit in MONEY else quantity.unit


def parse_price(value: object) -> Quantity:
    """Read a price of a weight: ``341 yen/kg``, ``500 USD/t``; the unit is kept."""
    if isinstance(value, Quantity):
        return value
    number, unit = split(value, "a price such as 341 yen/kg")
    unit = unit.replace("JPY/", "yen/")
    if unit in PRICES:
        return Quantity(float(number), unit)
    amount = plain(float(number))
    if unit == "":
        raise ValueError(f"{amount} has no unit; write a price of a weight, as in {amount} yen/kg")
    if unit == "%":
        raise ValueError(f"{shown(value)!r} is a rate, but a price of a weight belongs here; write it like 341 yen/kg")
    raise ValueError(f"{shown(value)!r} has the unit {unit!r}; write one of {', '.join(PRICES)}")


def ratio(numerator: Quantity, denominator: Quantity) -> float:
    """Return one unit price over another: 341 yen/kg over 148 yen/kg is 2.304.

    Raises
    ------
    ValueError
        For two currencies, because no exchange rate is guessed.
    """
    (money_a, _, weight_a), (money_b, _, weight_b) = (q.unit.partition("/") for q in (numerator, denominator))
    if money_a != money_b:
        raise ValueError(
            f"{numerator} and {denominator} are in two currencies and no exchange rate is guessed; write both in one"
        )
    kilograms = {"kg": 1.0, "t": 1000.0}
    return numerator.amount / kilograms[weight_a] / (denominator.amount / kilograms[weight_b])


def parse_years(value: object) -> float:
    """Read a length of time: ``5`` or ``5 years``."""
    number, unit = split(value, "a number of years such as 5")
    if unit not in ("", "year", "years"):
        raise ValueError(f"{shown(value)!r} has the unit {unit!r}, but a number of years belongs here; write it like 5")
    if not 0 < number <= 100:
        raise ValueError(f"{plain(float(number))} years cannot be; write a number of years above 0 and at most 100")
    return float(number)


def parse_grant(value: object) -> tuple[float, float, float]:
    """Read a grant equivalent: ``2%`` or low, central and high values ``[0%, 2%, 5%]``."""
    if not isinstance(value, list | tuple):
        rate = parse_rate(value)
        return rate, rate, rate
    if len(value) != 3:
        raise ValueError(f"has {counted(len(value), 'value')}; write one, or low, central and high, as in [0%, 2%, 5%]")
    low, central, high = (parse_rate(item) for item in value)
    if not low <= central <= high:
        raise ValueError("does not rise; write low, central and high, as in [0%, 2%, 5%]")
    return low, central, high


def _grant(value: tuple[float, float, float]) -> str | list[str]:
    return percent(value[0]) if value[0] == value[2] else [percent(item) for item in value]


def parse_starts(value: object) -> str:
    """Read the day on which a schedule's years start: ``04-01``."""
    text = value.strip() if isinstance(value, str) else ""
    month, _, day = text.partition("-")
    known = len(month) == len(day) == 2 and month.isdigit() and day.isdigit()
    if not text:
        raise ValueError(f"{name_of(value)} stands where a month and day belongs; write month-day, as in 04-01")
    if not known or not 1 <= int(month) <= 12 or not 1 <= int(day) <= 28:
        raise ValueError(f"{shown(text)!r} is not a day of every year; write month-day, as in 04-01")
    return text


def parse_year(value: object) -> int:
    """Read a year of a schedule: ``2025``."""
    text = str(value).strip()
    if len(text) == 4 and text.isdigit() and 1900 <= int(text) <= 2200:
        return int(text)
    raise ValueError(f"{shown(text)!r} is not a year; write four digits, as in 2025")


_ZERO = {"type": "number", "const": 0}


def _measured(units: object, example: str) -> WithJsonSchema:
    names = "|".join(str(unit) for unit in units)  # type: ignore[attr-defined]
    pattern = N + rf"({names})\s*$"
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern}, _ZERO], "description": example})


Volume = Annotated[
    float, BeforeValidator(parse_volume), PlainSerializer(volume), _measured(WEIGHTS, "a weight: 770 kt, 346000 t")
]
Money = Annotated[
    float, BeforeValidator(parse_money), PlainSerializer(money), _measured(MONEY, "a sum of money: 550 bn USD")
]
UnitPrice = Annotated[
    Quantity,
    PlainValidator(parse_price),
    PlainSerializer(str),
    WithJsonSchema(
        {"type": "string", "pattern": N + r"(yen|JPY|USD|EUR)/(kg|t)\s*$", "description": "a unit price: 341 yen/kg"}
    ),
]
Years = Annotated[
    float,
    BeforeValidator(parse_years),
    PlainSerializer(plain),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}),
]
_PERCENT = {"anyOf": [{"type": "string", "pattern": N + r"%?\s*$"}, {"type": "number", "minimum": -1, "maximum": 1}]}
Grant = Annotated[
    tuple[float, float, float],
    PlainValidator(parse_grant),
    PlainSerializer(_grant),
    WithJsonSchema({"anyOf": [_PERCENT, {"type": "array", "items": _PERCENT, "minItems": 3, "maxItems": 3}]}),
]
YearStarts = Annotated[
    str, BeforeValidator(parse_starts), WithJsonSchema({"type": "string", "pattern": r"^\d{2}-\d{2}$"})
]
_FOUR_DIGITS = {"type": "string", "pattern": r"^\d{4}$"}
#: A year as a key, which JSON knows as text only, and as a value.
YearKey = Annotated[int, BeforeValidator(parse_year), WithJsonSchema(_FOUR_DIGITS)]
Year = Annotated[
    int,
    BeforeValidator(parse_year),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1900, "maximum": 2200}, _FOUR_DIGITS]}),
]
