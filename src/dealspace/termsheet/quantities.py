"""Numbers as people write them in a sheet: ``25%``, ``10 pp``, ``72.5 bn USD``, ``2025-08-01``.

A unit is read as written and never guessed: a bare number above 1 is a fault. Everything with a per cent
or point sign becomes a fraction (0.25), through decimal arithmetic: printing gives back what was read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema

from dealspace.errors import near_matches

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_MEASURED = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)
_COMMA = re.compile(r"([+-]?\d+),(\d+.*)", re.DOTALL)
_FRACTION = re.compile(r"\.|[eE]-")  # what marks a bare number as a fraction
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERIOD = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")

#: Units a fact or an offer may carry, besides % and pp.
UNITS = (
    "USD", "mn USD", "bn USD", "trn USD", "JPY", "mn JPY", "bn JPY", "trn JPY", "EUR", "mn EUR", "bn EUR",
    "kg", "t", "kt", "Mt", "yen/kg", "yen/t", "USD/kg", "USD/t", "EUR/kg", "EUR/t",
    "persons", "thousand persons", "vehicles", "lines", "days",
    "years",
)  # fmt: skip

_SWAPPED = {f"{money} {scale}": f"{scale} {money}" for money in ("USD", "JPY", "EUR") for scale in ("mn", "bn", "trn")}
_LARGEST = Decimal(10) ** 18


@dataclass(frozen=True)
class Quantity:
    """A number with the unit it was written in.

    Attributes
    ----------
    amount : float
        In `unit`; for ``%`` and ``pp`` a fraction (``25%`` has amount 0.25).
    unit : str
        ``%``, ``pp``, one of `UNITS`, or ``""`` for a bare fraction.
    """

    amount: float
    unit: str

    def __str__(self) -> str:
        if self.unit in ("%", "pp"):
            return percent(self.amount) if self.unit == "%" else points(self.amount)
        return f"{plain(self.amount)} {self.unit}".rstrip()


def shown(value: object) -> str:
    """Write a value the way the user wrote it, cut to a line's length."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def counted(number: int, noun: str) -> str:
    """Write a count with its noun: ``1 value``, ``3 values``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def plain(value: float) -> str:
    """Write a number without exponent and trailing zeros; reading it gives the same float."""
    text = format(Decimal(repr(float(value))), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def percent(value: float) -> str:
    """Write a fraction as per cent: 0.275 gives ``27.5%``."""
    return _scaled(value) + "%"


def points(value: float) -> str:
    """Write a fraction as percentage points: 0.1 gives ``10 pp``."""
    return _scaled(value) + " pp"


def _scaled(value: float) -> str:
    text = format(Decimal(repr(float(value))).scaleb(2), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def split(value: object, wanted: str) -> tuple[Decimal, str]:
    """Split ``'25 %'`` into 25 and ``'%'``; `wanted` says in the fault what belongs here."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{name_of(value)} stands where {wanted} belongs")
    text = (repr(value) if isinstance(value, float) else str(value)).strip().replace("−", "-")
    match = _MEASURED.fullmatch(text)
    comma = _COMMA.fullmatch(text)
    if comma and re.match(r"\d{3}(?!\d)", comma[2]):
        raise ValueError(
            f"{shown(text)!r} has a comma that can be read two ways; "
            f"write {comma[1]}{comma[2]} or {comma[1]}.{comma[2]}"
        )
    if comma:
        raise ValueError(f"{shown(text)!r} has a decimal comma; write {comma[1]}.{comma[2]}")
    if match is None:
        if text.lstrip("+-.").casefold() in ("nan", "inf", "infinity"):
            raise ValueError(f"{shown(text)} is not a finite number; write {wanted}")
        raise ValueError(f"{shown(text)!r} is not a number with its unit; write {wanted}")
    try:
        number = Decimal(match[1])
    except InvalidOperation:
        raise ValueError(f"{shown(text)!r} is not a number with its unit; write {wanted}") from None
    if abs(number) > _LARGEST or number.adjusted() < -18:
        raise ValueError(f"{shown(text)} is too large or too small to be meant; write {wanted}")
    return number, " ".join(match[2].split())


def name_of(value: object) -> str:
    """Say what kind of value stands in a wrong place."""
    names = {dict: "a mapping", list: "a list", tuple: "a list", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), f"{shown(value)!r}")


def _fraction(number: Decimal, written: str) -> float:
    """Read a bare number: a fraction if it has a decimal point and is at most 1, or zero; else a fault."""
    if number == 0 or (abs(number) <= 1 and _FRACTION.search(written)):
        return float(number)
    per_cent, share = format(number.normalize(), "f"), format((number / 100).normalize(), "f")
    raise ValueError(f"{written} has no unit; write {per_cent}% or {share if '.' in share else share + '.0'}.")


def _written(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value).strip()


def parse_rate(value: object) -> float:
    """Read a rate or share: ``25%``, ``2.5 %``, ``0.25``; returns a fraction."""
    number, unit = split(value, "a rate such as 25%")
    if unit == "%":
        return float(number / 100)
    if unit == "":
        return _fraction(number, _written(value))
    if unit == "pp":
        raise ValueError(f"{shown(value)} is in points, but a rate belongs here; write {plain(float(number))}%")
    if unit.endswith(("/kg", "/t")):
        raise ValueError(f"{shown(value)!r} is by weight, but a rate belongs here; divide it by the border price")
    raise ValueError(f"{shown(value)!r} has the unit {unit!r}, but a rate belongs here; write it like 25%")


def parse_points(value: object) -> float:
    """Read percentage points: ``10 pp``; returns a fraction (0.10)."""
    number, unit = split(value, "points such as 10 pp")
    if unit == "pp":
        return float(number / 100)
    if unit == "" and (number == 0 or (abs(number) <= 1 and _FRACTION.search(_written(value)))):
        return float(number)
    if unit in ("", "%"):
        what = "has no unit" if unit == "" else "is a rate, but points belong here"
        raise ValueError(f"{shown(_written(value))} {what}; write {plain(float(number))} pp")
    raise ValueError(f"{shown(value)!r} has the unit {unit!r}, but points belong here; write it like 10 pp")


def parse_barrier(value: object) -> float:
    """Read the ad valorem equivalent of a barrier: ``12%`` or ``12 pp``; returns a fraction."""
    text = _written(value)
    return parse_points(value) if text.endswith("pp") else parse_rate(value)


def parse_probability(value: object) -> float:
    """Read a probability: ``60%`` or a number from 0 to 1."""
    number, unit = split(value, "a probability such as 60% or 0.6")
    if unit not in ("", "%"):
        raise ValueError(f"{shown(value)!r} has the unit {unit!r}; write a probability such as 60% or 0.6")
    chance = float(number / 100) if unit == "%" else float(number)
    if not 0 <= chance <= 1:
        cure = f"write {plain(chance)}%" if unit == "" and 1 < chance <= 100 else "write it from 0% to 100%"
        raise ValueError(f"{shown(_written(value))} is not a probability; {cure}")
    return chance


def parse_share(value: object) -> float:
    """Read a share of a whole: ``90%`` or a number from 0 to 1."""
    try:
        return parse_probability(value)
    except ValueError as error:
        raise ValueError(str(error).replace("a probability", "a share")) from None


def parse_number(value: object) -> float:
    """Read a plain finite number, such as a weight."""
    number, unit = split(value, "a plain number such as 0.5")
    if unit:
        raise ValueError(f"{shown(value)!r} carries the unit {unit!r}, but a plain number belongs here")
    return float(number)


def parse_date(value: object) -> date:
    """Read a calendar day written year-month-day."""
    if type(value) is date:
        return value
    text = value.strip() if isinstance(value, str) else ""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar; write year-month-day, as in 2025-08-01") from None
    what = f"{shown(text)!r} is not a date" if text else f"{name_of(value)} stands where a date belongs"
    raise ValueError(f"{what}; write year-month-day, as in 2025-08-01")


def parse_period(value: object) -> str:
    """Read the year, month or day that a fact is about: ``2024``, ``2024-07`` or ``2024-07-20``."""
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    try:
        first_day(text)
    except ValueError:
        raise ValueError(f"{shown(text)!r} is not a year, month or day; write 2024, 2024-07 or 2024-07-20") from None
    return text


def first_day(period: str) -> date:
    """Return the first day of a period such as ``2024-07``."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(period)
    return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def parse_quantity(value: object) -> Quantity:
    """Read a number with any unit of the sheet: ``25%``, ``10 pp``, ``72.5 bn USD``, ``346 kt``."""
    if isinstance(value, Quantity):
        return value
    number, unit = split(value, "a number with its unit such as 25%, 10 pp or 72.5 bn USD")
    if unit in ("%", "pp"):
        return Quantity(float(number / 100), unit)
    if unit == "":
        return Quantity(_fraction(number, _written(value)), "")
    unit = _SWAPPED.get(unit, unit)
    if unit not in UNITS:
        raise ValueError(f"{shown(value)!r} has an unknown unit {unit!r}; {near_matches(unit, ('%', 'pp', *UNITS))}")
    return Quantity(float(number), unit)


_BARE = {"type": "number", "minimum": -1, "maximum": 1}


def _schema(pattern: str, description: str, *, bare: bool = True) -> WithJsonSchema:
    text = {"type": "string", "pattern": pattern}
    return WithJsonSchema({"anyOf": [text, _BARE] if bare else [text], "description": description})


#: Pattern of a number at the start of a text, for the JSON Schema.
N = r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*"
RATE_SCHEMA = _schema(N + r"%?\s*$", "a rate: 25% (or 0.25)")
Rate = Annotated[float, BeforeValidator(parse_rate), PlainSerializer(percent), RATE_SCHEMA]
Points = Annotated[
    float,
    BeforeValidator(parse_points),
    PlainSerializer(points),
    _schema(N + r"(pp)?\s*$", "percentage points: 10 pp (or 0.10)"),
]
Barrier = Annotated[
    float,
    BeforeValidator(parse_barrier),
    PlainSerializer(percent),
    _schema(N + r"(%|pp)?\s*$", "ad valorem equivalent of a barrier: 12%"),
]
Probability = Annotated[
    float,
    BeforeValidator(parse_probability),
    PlainSerializer(percent),
    _schema(N + r"%?\s*$", "a probability: 60% (or 0.6)"),
]
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    PlainSerializer(percent),
    _schema(N + r"%?\s*$", "a share: 90% (or 0.9)"),
]
Number = Annotated[
    float,
    BeforeValidator(parse_number),
    PlainSerializer(plain),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": N + "$"}]}),
]
Day = Annotated[
    date,
    BeforeValidator(parse_date),
    PlainSerializer(date.isoformat),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Period = Annotated[
    str,
    BeforeValidator(parse_period),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d{4}(-\d{2}){0,2}$"},
                {"type": "integer", "minimum": 1000, "maximum": 9999},
            ]
        }
    ),
]
AnyQuantity = Annotated[
    Quantity,
    PlainValidator(parse_quantity),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": N}, _BARE],
            "description": "a number with its unit: 25%, 10 pp, 72.5 bn USD, 346 kt",
        }
    ),
]
