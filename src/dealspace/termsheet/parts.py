"""The smaller parts of a sheet: offers, no deal, background, deadline, facts, lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from dealspace.termsheet.base import Name, Names, OrWritten, Part, RegionName, Sourced, SourceRef, Text
from dealspace.termsheet.products import Codes
from dealspace.termsheet.quantities import (
    AnyQuantity,
    Day,
    Period,
    Probability,
    counted,
    parse_probability,
    percent,
    shown,
)
from dealspace.termsheet.units import natural

Reading = Literal["in-force", "letters-applied"]
READINGS: tuple[Reading, ...] = ("in-force", "letters-applied")


def _offer_schema(schema: dict[str, Any]) -> None:
    schema["properties"].pop("terms", None)
    schema["additionalProperties"] = {
        "type": ["string", "number"],
        "description": "value of the issue of that name",
    }


class Offer(Sourced):
    """A package that was, or may be, tabled: a value for every issue, in that issue's unit.

    Attributes
    ----------
    by : str or None
        The party that tabled it.
    date : date
        When.
    hindsight : bool
        True for a package of after ``as_of``: shown in back-tests, never an input.
    terms : dict of str to Quantity
        Value of each issue as written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_offer_schema)

    by: RegionName | None = None
    date: Day
    hindsight: bool = False
    terms: dict[Name, AnyQuantity] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _issues_inline(cls, data: Any) -> Any:
        """Take every key that is no field for the name of an issue."""
        if not isinstance(data, Mapping):
            return data
        own = {key: value for key, value in data.items() if key in cls.model_fields}
        return {
            **own,
            "terms": {key: value for key, value in data.items() if key not in own} or own.get("terms", {}),
        }

    @property
    def values(self) -> dict[str, float]:
        """Value of each issue in natural units: rates and points as fractions, weights in kt, money in USD million."""
        return {name: natural(quantity) for name, quantity in self.terms.items()}


class Chance(Part):
    """A probability and its interval: ``60%``, ``[40%, 80%]`` or ``{value, low, high, source}``."""

    value: Probability
    low: Probability | None = None
    high: Probability | None = None
    source: SourceRef | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Chance:
        if (self.low is None) != (self.high is None):
            raise ValueError("gives one end of an interval only; write both low and high, or neither")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(
                f"{percent(self.value)} is outside its interval [{percent(self.low)}, {percent(self.high)}]"
            )
        return self


def _chance(value: object) -> object:
    if isinstance(value, Chance | Mapping):
        return value
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise ValueError(f"has {counted(len(value), 'value')}; write one probability, or a low and a high end")
        low, high = (parse_probability(item) for item in value)
        if low > high:
            raise ValueError(f"runs backwards; write [{percent(high)}, {percent(low)}]")
        return {"value": percent(round((low + high) / 2, 12)), "low": percent(low), "high": percent(high)}
    return {"value": value}


_LIKELY: dict[str, Any] = {"type": ["string", "number"]}
AnyChance = Annotated[
    Chance,
    BeforeValidator(_chance),
    OrWritten((_LIKELY, {"type": "array", "items": _LIKELY, "minItems": 2, "maxItems": 2})),
]


class NoDeal(Sourced):
    """What follows if no deal is struck: the policy ``no-deal`` with a probability, else another policy.

    Attributes
    ----------
    probability : Chance
        That the threat is carried out when there is no deal.
    otherwise : str
        Policy in force when it is not.
    survives : Chance or None
        Belief that the threat, once carried out, survives in court; None when no court matters.
    struck_down : str
        Policy in force after a court has struck it down.
    answered : str or None
        Policy of the threat carried out and answered by the other side; None when no answer is reckoned with.
    answer_probability : Chance or None
        That a threat carried out is answered; certain where left out.
    """

    probability: AnyChance
    otherwise: Name = "status-quo"
    survives: AnyChance | None = None
    struck_down: Name = "status-quo"
    answered: Name | None = None
    answer_probability: AnyChance | None = None


class Background(Part):
    """What third countries face, on every branch alike: status quo, no deal and every deal.

    Attributes
    ----------
    default : {"in-force", "letters-applied"}
        The reading that headline numbers use.
    letters_applied : tuple of str
        Measures against third countries that are added when the letters to them are taken as applied.
    """

    default: Reading = "in-force"
    letters_applied: Annotated[Names, Field(alias="letters-applied")] = ()

    @model_validator(mode="after")
    def _letters_named(self) -> Background:
        if self.default == "letters-applied" and not self.letters_applied:
            raise ValueError(
                "letters-applied names no measures; write {default: letters-applied, letters-applied: [..]}"
            )
        return self

    def added(self, reading: str | None = None) -> tuple[str, ...]:
        """Names of the measures that a reading (the default one) adds to every policy but ``before``."""
        return self.letters_applied if (reading or self.default) == "letters-applied" else ()


def _background(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


AnyBackground = Annotated[Background, BeforeValidator(_background), OrWritten(({"enum": list(READINGS)},))]


class Deadline(Sourced):
    """When the threat is due, and the probability that the date slips (reported; it moves no pay-off yet)."""

    date: Day
    extends: Probability | None = None


class Fact(Part):
    """A sourced figure to show beside the results, such as the same balance on another basis.

    Attributes
    ----------
    statement : str
        What the figure says.
    value : Quantity
        With its unit.
    date : str or None
        Year, month or day that it is about.
    """

    statement: Text
    value: AnyQuantity
    date: Period | None = None
    hindsight: bool = False
    source: SourceRef
    note: Text = ""


class CodeList(Sourced):
    """A named list of HS codes, used in products as ``list:NAME``."""

    codes: Codes


_CODES: dict[str, Any] = {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}


def _code_list(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(f"{shown(value)!r} is not a list of codes; write codes: [8703.23, 8704]")
    return {"codes": value} if isinstance(value, list | tuple) else value


AnyCodeList = Annotated[CodeList, BeforeValidator(_code_list), OrWritten((_CODES,))]
