"""What measures and issues have in common: who acts on whom, for which products, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from dealspace.termsheet.base import Names, RegionName, RegionNames, Sourced, Text, Texts
from dealspace.termsheet.products import Products, ProductSelector
from dealspace.termsheet.quantities import Day, Share, counted, percent, points, shown
from dealspace.termsheet.units import IssueUnit, money, volume

#: What an entry that is not about products catches.
NO_PRODUCTS = ProductSelector(())


class Entry(Sourced):
    """Who acts on whom, for which products."""

    #: Keys that a kind has no use for, each with the reason and the cure.
    REFUSED: ClassVar[Mapping[str, str]] = {}

    by: RegionName
    on: RegionNames
    except_on: RegionNames | tuple[()] = ()
    products: Products
    except_: Annotated[Texts, Field(alias="except")] = ()

    @model_validator(mode="before")
    @classmethod
    def _refuse_idle_keys(cls, data: Any) -> Any:
        """Refuse keys that would have no effect on this kind."""
        if isinstance(data, Mapping):
            for key, reason in cls.REFUSED.items():
                if key in data:
                    raise ValueError(f"{key}: {reason}")
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """Return the schema without the keys that the kind refuses."""
        schema = handler(core)
        inner = handler.resolve_ref_schema(schema)
        for key in cls.REFUSED:
            inner.get("properties", {}).pop(key, None)
        return schema


class Act(Entry):
    """A measure in force or threatened; each kind is a class of its own in `dealspace.termsheet.acts`.

    Attributes
    ----------
    name : str
        Key of the measure in the sheet.
    by : str
        The region or group that acts: the importer, or the exporter for subsidies and export taxes.
    on : tuple of str
        Regions, groups of the sheet or the world, or ``world`` (every region but `by`).
    except_on : tuple of str
        Regions or groups taken out of `on`.
    products : ProductSelector
        What it catches.
    except_ : tuple of str
        Carve-outs: products, lists (``list:..``), or names of measures. A measure's name stands for what it
        catches of the same importer's and exporter's trade, whether or not it is in force.
    replaces : tuple of str
        Measures in whose place it stands: where it applies they do not. It takes over no carve-outs of theirs.
    coverage : float
        Share of the trade in its products that it applies to, above 0 and at most 1.
    from_, until, announced : date or None
        First and last day in force, and the day it was made known.
    authority : str
        Legal basis, as text.
    hindsight : bool
        Became known after the sheet's ``as_of``; kept out of every input.
    """

    kind: Any
    name: Annotated[SkipJsonSchema[str], Field(exclude=True)] = ""
    replaces: Names = ()
    coverage: Share = 1.0
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    announced: Day | None = None
    authority: Text = ""
    hindsight: bool = False

    @model_validator(mode="after")
    def _dates_in_order(self) -> Act:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError(f"ends ({self.until}) before it starts ({self.from_}); exchange 'from' and 'until'")
        if self.coverage == 0:
            raise ValueError("has coverage 0%, so it does nothing; delete the measure or write its coverage")
        return self

    def in_force(self, day: date) -> bool:
        """Whether the act is in force on a day; without `from_` or `until` it is open on that side."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


class Issue(Entry):
    """An axis of the deal; each kind is a class of its own in `dealspace.termsheet.issues`.

    Attributes
    ----------
    by : str
        The party (or member of one) that gives way on it.
    range : (float, float)
        Lowest and highest value: fractions, kt or USD million, see `unit`.
    levels : tuple of float or None
        The only values possible, rising; None when every value in `range` is.
    coverage : float
        Share of the trade in its products that it is about, above 0 and at most 1.
    lifts : tuple of str
        Measures of the status quo that the deal takes away because this issue stands in their place.
    words : str
        How the issue is said in a sentence.
    """

    #: Unit of the kind's values, and the end of the range at which `by` gives most.
    UNIT: ClassVar[IssueUnit] = "%"
    CONCEDES: ClassVar[Literal["low", "high"]] = "low"

    kind: Any
    name: Annotated[SkipJsonSchema[str], Field(exclude=True)] = ""
    range: Any
    levels: Any = None
    coverage: Share = 1.0
    lifts: Names = ()
    words: Text = ""

    @model_validator(mode="after")
    def _covers_something(self) -> Issue:
        if self.coverage == 0:
            raise ValueError("has coverage 0%, so nothing is at issue; delete the issue or write its coverage")
        return self

    @property
    def low(self) -> float:
        """Low end of the range, in natural units (a fraction, kt or USD million)."""
        return self.range[0]

    @property
    def high(self) -> float:
        """High end of the range, in natural units."""
        return self.range[1]

    @property
    def unit(self) -> IssueUnit:
        """Unit of its values: ``%`` and ``pp`` are kept as fractions, ``kt`` and ``USD mn`` as they are."""
        return self.UNIT

    @property
    def concedes(self) -> Literal["low", "high"]:
        """The end of the range at which `by` gives most."""
        return self.CONCEDES

    def write(self, value: float) -> str:
        """Write a value of this issue with its unit: ``15%``, ``5 pp``, ``500 kt``, ``300 bn USD``."""
        return WRITERS[self.unit](value)


WRITERS = {"%": percent, "pp": points, "kt": volume, "USD mn": money}


def pair(value: Any, example: str) -> Any:
    """Refuse a range that is not two values, in words."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{shown(value)!r} is not a range; write a low and a high end, as in {example}")
    if len(value) != 2:
        raise ValueError(f"has {counted(len(value), 'value')}; write a low and a high end, as in {example}")
    return value


def check_range(issue: Issue) -> None:
    """Refuse a range or levels that are out of order, in words."""
    low, high, write = issue.low, issue.high, issue.write
    if low < 0:
        raise ValueError(f"range: {write(low)} is below zero; start the range at {write(0.0)} or above")
    if low > high:
        raise ValueError(f"range: {write(low)} is above {write(high)}; write [{write(high)}, {write(low)}]")
    if low == high:
        raise ValueError(f"range: both ends are {write(low)}, so nothing is at issue; widen it or delete the issue")
    if issue.levels is None:
        return
    if len(issue.levels) < 2 or any(a >= b for a, b in zip(issue.levels, issue.levels[1:], strict=False)):
        raise ValueError("levels: write at least two values, each above the one before")
    outside = [level for level in issue.levels if not low <= level <= high]
    if outside:
        raise ValueError(f"levels: {write(outside[0])} is outside the range [{write(low)}, {write(high)}]")
