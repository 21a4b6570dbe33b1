"""Policy acts and the issues of a deal: the parts of a sheet that become wedges.

An **act** is a measure in force or threatened; an **issue** is an axis along which a deal can move. Each
kind is a class of its own, so a key that has no effect on a kind is refused. New kinds are new classes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from dealspace.termsheet.base import Names, RegionName, RegionNames, Sourced, Text, Texts
from dealspace.termsheet.products import Products
from dealspace.termsheet.quantities import (
    Barrier,
    Day,
    Points,
    Rate,
    Share,
    counted,
    percent,
    plain,
    points,
    shown,
)

Stacking = Literal["add", "inclusive", "replace", "cut"]
KINDS = ("tariff", "ntb")
#: Duties above this are taken for a slip of the pen.
LARGEST_RATE = 10.0


class _Aimed(Sourced):
    """Who acts on whom, for which products."""

    by: RegionName
    on: RegionNames
    except_on: RegionNames | tuple[()] = ()
    products: Products
    except_: Annotated[Texts, Field(alias="except")] = ()


class Act(_Aimed):
    """A measure in force or threatened; see `TariffAct` and `BarrierAct` for what each kind adds.

    Attributes
    ----------
    name : str
        Key of the measure in the sheet.
    by : str
        The region or group that acts (the importer).
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


class TariffAct(Act):
    """A duty.

    Attributes
    ----------
    rate : float
        Fraction: 0.25 is 25 %. With stacking ``cut`` the share of the duty in force that is removed.
    stacking : {"add", "inclusive", "replace", "cut"}
        ``add``: on top of what is in force. ``inclusive``: the larger of the normal duty (the benchmark's,
        before any measure) and the rate. ``replace``: the rate is the whole duty. ``cut``: the duty shrinks.
    """

    kind: Literal["tariff"]
    rate: Rate
    stacking: Stacking = "add"

    @model_validator(mode="after")
    def _rate_in_bounds(self) -> TariffAct:
        _check_rate("rate", self.rate, self.stacking)
        return self


class BarrierAct(Act):
    """A change of a non-tariff barrier.

    Attributes
    ----------
    base : float
        Ad valorem equivalent of the barrier in the benchmark, a fraction; the sheet must state it.
    reduction : float
        Points of `base` removed, a fraction: trade costs change by (1 + base - reduction) / (1 + base).
    """

    kind: Literal["ntb"]
    base: Barrier
    reduction: Points

    @model_validator(mode="after")
    def _within_base(self) -> BarrierAct:
        if not 0 <= self.reduction <= self.base:
            raise ValueError(
                f"removes {points(self.reduction)} of a barrier of {percent(self.base)}; "
                f"write a reduction from 0 pp to {points(self.base)}"
            )
        return self


class Issue(_Aimed):
    """An axis of the deal; see `TariffIssue` and `BarrierIssue`.

    Attributes
    ----------
    by : str
        The party (or member of one) that gives way on it: the importer.
    range : (float, float)
        Lowest and highest value, fractions.
    levels : tuple of float or None
        The only values possible, rising; None when every value in `range` is.
    coverage : float
        Share of the trade in its products that it is about, above 0 and at most 1.
    lifts : tuple of str
        Measures of the status quo that the deal takes away because this issue stands in their place.
    words : str
        How the issue is said in a sentence.
    """

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
        """Low end of the range, a fraction."""
        return self.range[0]

    @property
    def high(self) -> float:
        """High end of the range, a fraction."""
        return self.range[1]

    @property
    def unit(self) -> Literal["%", "pp"]:
        """Unit its values are written in."""
        return "%"

    @property
    def concedes(self) -> Literal["low", "high"]:
        """The end of the range at which `by` gives most."""
        return "low"

    def write(self, value: float) -> str:
        """Write a value of this issue with its unit: 0.15 gives ``15%``."""
        return percent(value) if self.unit == "%" else points(value)


class TariffIssue(Issue):
    """A duty to be agreed. `stacking` as in `TariffAct`; with ``cut`` the value is the share removed."""

    kind: Literal["tariff"]
    range: Annotated[tuple[Rate, Rate], BeforeValidator(lambda value: _pair(value, "[0%, 25%]"))]
    levels: tuple[Rate, ...] | None = None
    stacking: Stacking

    @property
    def concedes(self) -> Literal["low", "high"]:
        """The end at which `by` gives most: a low duty, or a large cut."""
        return "high" if self.stacking == "cut" else "low"

    @model_validator(mode="after")
    def _range_in_order(self) -> TariffIssue:
        _check_range(self, percent)
        _check_rate("range", self.range[1], self.stacking)
        return self


class BarrierIssue(Issue):
    """A barrier to be cut; values are points removed of `base`, its ad valorem equivalent today."""

    kind: Literal["ntb"]
    range: Annotated[tuple[Points, Points], BeforeValidator(lambda value: _pair(value, "[0 pp, 10 pp]"))]
    levels: tuple[Points, ...] | None = None
    sense: Literal["reduction"]
    base: Barrier

    @property
    def unit(self) -> Literal["%", "pp"]:
        """Unit its values are written in: points."""
        return "pp"

    @property
    def concedes(self) -> Literal["low", "high"]:
        """The end of the range at which `by` gives most: the largest reduction."""
        return "high"

    @model_validator(mode="after")
    def _range_in_order(self) -> BarrierIssue:
        _check_range(self, points)
        if self.range[1] > self.base:
            raise ValueError(
                f"range: {points(self.range[1])} is more than the barrier's base of {percent(self.base)}; "
                f"write at most {points(self.base)}"
            )
        return self


def _pair(value: Any, example: str) -> Any:
    """Refuse a range that is not two values, in words."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{shown(value)!r} is not a range; write a low and a high end, as in {example}")
    if len(value) != 2:
        raise ValueError(f"has {counted(len(value), 'value')}; write a low and a high end, as in {example}")
    return value


def _check_range(issue: TariffIssue | BarrierIssue, write: Any) -> None:
    low, high = issue.range
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


def _check_rate(key: str, rate: float, stacking: str) -> None:
    if rate < 0:
        raise ValueError(f"{key}: {percent(rate)} is below zero; write 0% or more")
    if stacking == "cut" and rate > 1:
        raise ValueError(f"{key}: a cut of {percent(rate)} removes more than the duty; write at most 100%")
    if rate > LARGEST_RATE:
        raise ValueError(
            f"{key}: {percent(rate)} is above {plain(LARGEST_RATE * 100)}%, the most that is read; check it"
        )


AnyAct = Annotated[TariffAct | BarrierAct, Discriminator("kind")]
AnyIssue = Annotated[TariffIssue | BarrierIssue, Discriminator("kind")]
