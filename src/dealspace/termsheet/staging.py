"""What holds on a day: rates in stages, tariff cuts by formula, growing quotas, gate prices. Pure functions.

Years are those of the schedule: with ``year_starts: 04-01`` the year 2025 runs from 1 April 2025 to 31 March 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from dealspace.errors import Fault, PolicyError

if TYPE_CHECKING:
    from dealspace.termsheet.entries import Act

T = TypeVar("T")


def schedule_year(day: date, starts: str = "01-01") -> int:
    """Return the year of a schedule that a day lies in; `starts` is its first day, month-day."""
    month, first = (int(part) for part in starts.split("-"))
    return day.year if (day.month, day.day) >= (month, first) else day.year - 1


def by_year(entries: Mapping[int, T], year: int) -> T | None:
    """Return the entry of a year, of the last earlier year that has one, or None before the first."""
    past = [entry for entry in entries if entry <= year]
    return entries[max(past)] if past else None


def equal_cuts(base: float, final: float, first: int, last: int, year: int) -> float:
    """Return the rate after equal yearly steps from `base`; the first step is in `first`, the last in `last`.

    Year k of n pays base - (base - final) k / n: category B10 of 10% pays 9% in its first year and nothing from its
    tenth, as in schedules of the Trans-Pacific Partnership (chapter 2, annex 2-D, general notes).
    """
    if year < first:
        return base
    if year >= last:
        return final
    return base - (base - final) * (year - first + 1) / (last - first + 1)


def swiss(rate: float, coefficient: float) -> float:
    """Return t' = a t / (a + t), which no rate takes above the coefficient a (Tokyo Round, GATT 1979)."""
    return coefficient * rate / (coefficient + rate) if rate else 0.0


def uruguay(base: float, cut: float, minimum: float = 0.0, *, sensitive: bool = False) -> float:
    """Return the rate after the Uruguay Round's cut: the mean cut, or only the minimum for a sensitive line.

    The round asked of developed countries a simple mean cut of 36% of farm duties, at least 15% of each (Modalities,
    MTN.GNG/MA/W/24, paragraph 5).
    """
    return base * (1.0 - (minimum if sensitive else max(cut, minimum)))


def uruguay_cuts(lines: int, mean: float, minimum: float, sensitive: int) -> tuple[float, float]:
    """Return the cuts of the sensitive and of the other lines such that their simple mean is `mean`.

    Raises
    ------
    PolicyError
        When the other lines cannot make up for the sensitive ones.
    """
    others = lines - sensitive
    rest = (mean * lines - minimum * sensitive) / others if others > 0 else minimum
    if others < 0 or rest > 1 or (others == 0 and minimum < mean):
        raise PolicyError(
            f"{sensitive} sensitive lines of {lines} cut by {minimum:.0%} leave no way to a mean cut of {mean:.0%}; "
            "name fewer sensitive lines"
        )
    return minimum, rest


def gate_duty(price: float, gate: float, cap: float, above: float) -> float:
    """Return the ad valorem equivalent of a gate price: max(min(gate (1 + above) - price, cap) / price, above).

    Below the gate the duty lifts the price to the gate with its duty, but is at most `cap`; above it `above` is due.

    Parameters
    ----------
    price, gate, cap : float
        Of a unit of weight, in one currency; `price` is the border price.
    above : float
        Ad valorem duty on what costs more than the gate price.
    """
    return max(min(gate * (1.0 + above) - price, cap) / price, above)


def grown(volume: float, growth: float, years: int) -> float:
    """Return a volume after `years` of growth; before it starts to grow, the volume itself."""
    return volume * (1.0 + growth) ** max(years, 0)


def rate_in(act: Act, day: date) -> float:
    """Return the ad valorem rate of an act on a day, a fraction, whatever its dates of entry and end.

    Parameters
    ----------
    act : Act
        One with a single rate: tariff, ntb (the points removed), services-tax, subsidy, export-tax, gate-price. For
        quotas and safeguards see `QuotaAct.inside` and `SafeguardAct.inside`.
    day : datetime.date

    Returns
    -------
    float
        0.266 for 26.6 %; for specific duties their ad valorem equivalent.

    Raises
    ------
    PolicyError
        On a day before the first year of a schedule that states no base, and for acts without a single rate.
    """
    from dealspace.termsheet.duties import UnstagedDayError

    rate = getattr(act, "rate_on", None)
    if rate is None:
        raise PolicyError(
            Fault(f"a {act.kind} has no single rate; ask for its rates in and over the quota", _path(act))
        )
    try:
        return float(rate(day))
    except UnstagedDayError as error:
        raise PolicyError(Fault(str(error), _path(act))) from None


def _path(act: Act) -> str:
    return f"measures.{act.name}"


def rising(years: Iterable[int]) -> bool:
    """Whether years stand in rising order, each once."""
    listed = list(years)
    return all(a < b for a, b in pairwise(listed))
