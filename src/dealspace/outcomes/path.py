"""A policy over years: its acts and staged rates by date, one equilibrium a year, and the present value.

Each year is an equilibrium of its own at the size of the base year: the economy does not grow, nobody saves or acts
ahead of what comes. So a path says what a schedule is worth, not how the economy moves along it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dealspace.errors import DealspaceError, NotConvergedError, unknown_name
from dealspace.outcomes.equilibrium import Equilibrium, solve
from dealspace.termsheet.law import with_law

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.instruments.policy import Policy
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy

#: Day of each year on which acts and rates are read: what came in that year is in force.
DAY = "12-31"
#: Discount rate a year: an assumption, of the order of real returns on long public debt and capital.
DISCOUNT = 0.03
UNIT = "USD million a year"


@dataclass(frozen=True, eq=False)
class YearPath:
    """The outcomes of a policy by year.

    Attributes
    ----------
    sheet, policy : str
    against : str or None
        The policy it is compared with on the same day; None compares with the benchmark before any measure.
    years : tuple of int
        Y of them, rising.
    discount : float
        A year, a fraction.
    equilibria : tuple of Equilibrium
        Of the policy, one a year; years that change nothing share one.
    reference : tuple of Equilibrium
        Of `against`, one a year; empty where it is None.
    law : tuple of str
        Law packs that stand in every policy.
    left_out : tuple of str
        Measures of the law whose products the economy cannot tell apart.
    """

    sheet: str
    policy: str
    against: str | None
    years: tuple[int, ...]
    discount: float
    equilibria: tuple[Equilibrium, ...]
    reference: tuple[Equilibrium, ...] = ()
    law: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def world(self) -> Economy:
        """The economy compared with."""
        return self.equilibria[0].world

    @property
    def converged(self) -> bool:
        """Whether every year has a solution."""
        return all(found.converged for found in (*self.equilibria, *self.reference))

    @property
    def reason(self) -> str:
        """Why a year has none; empty when all have."""
        for found in (self.equilibria, self.reference):
            for year, equilibrium in zip(self.years, found, strict=False):
                if not equilibrium.converged:
                    return f"{year}: {equilibrium.reason}"
        return ""

    @cached_property
    def equivalent_variation(self) -> xr.DataArray:
        """Gain by year and region (year, region), USD million a year at the size of the base year.

        Against a policy: the difference of two gains, both on the benchmark.
        """
        return self._by_year("equivalent_variation", lambda new, old: new - old, "equivalent variation")

    @cached_property
    def real_income(self) -> xr.DataArray:
        """I_hat / P_hat by year and region (year, region), over that of `against`."""
        return self._by_year("real_income", lambda new, old: new / old, "real income")

    @cached_property
    def present_value(self) -> xr.DataArray:
        """Sum over the years of EV_y / (1 + discount)^(y - first year) (region,), USD million of the first year."""
        weights = discount_factors(self.years, self.discount)
        gains = self.equivalent_variation
        total = np.asarray(weights) @ gains.values
        out = gains.isel(year=0, drop=True).copy(data=total).rename("present value")
        out.attrs |= {"unit": "USD million", "discount": self.discount}
        return out

    def _by_year(self, field: str, compare: Callable[[Any, Any], Any], name: str) -> xr.DataArray:
        import xarray as xr

        if not self.converged:
            raise NotConvergedError(f"{self.policy}, {self.reason}")
        first = getattr(self.equilibria[0], field)
        new = [getattr(found, field).values for found in self.equilibria]
        if self.reference:
            new = [compare(a, getattr(b, field).values) for a, b in zip(new, self.reference, strict=True)]
        coords = {"year": list(self.years), "region": list(self.world.regions)}
        against = self.against or "the benchmark before any measure"
        return xr.DataArray(np.stack(new), coords, ("year", "region"), name, first.attrs | {"against": against})


def discount_factors(years: Iterable[int], discount: float) -> tuple[float, ...]:
    """Return (1 + discount)^-(y - first year) of each year.

    Examples
    --------
    >>> discount_factors((2025, 2026, 2030), 0.0)
    (1.0, 1.0, 1.0)
    >>> [round(x, 4) for x in discount_factors((2025, 2026), 0.03)]
    [1.0, 0.9709]
    """
    listed = tuple(years)
    return tuple((1.0 + discount) ** -(year - listed[0]) for year in listed)


def along_years(
    sheet: TermSheet,
    policy: str,
    years: Iterable[int],
    discount: float = DISCOUNT,
    *,
    against: str | None = None,
    world: Economy | None = None,
    law: Iterable[str] = (),
    day: str = DAY,
    background: str | None = None,
    report: Callable[[str, float], None] = lambda stage, done: None,
    **closure: Any,
) -> YearPath:
    """Solve a policy year by year: the acts in force and the staged rates of each year's day.

    Parameters
    ----------
    sheet : TermSheet
    policy : str
        A policy or an offer.
    years : iterable of int
        Rising.
    discount : float
        A year, a fraction.
    against : str, optional
        Policy to compare with on the same days; the benchmark before any measure by default.
    world : Economy, optional
        The one that the sheet names, by default.
    law : iterable of str
        Law packs (`dealspace.termsheet.law.law_packs`) that stand in every policy. Their stages move on their own, so
        compare with a policy, such as ``before``, to leave them out of the gains.
    day : str
        Month and day, at which each year is read.
    background : {"in-force", "letters-applied"}, optional
    report : callable, optional
        Told of each stage and the fraction done.
    **closure
        As `dealspace.solve` takes it: ``deficits``, ``labour``, ``labour_supply``, ``horizon``.

    Returns
    -------
    YearPath
        Whose ``converged`` says whether it holds numbers, and ``reason`` why not.

    Raises
    ------
    UnknownNameError
        For an unknown policy, law or closure.
    DealspaceError
        For years that do not rise, and a discount rate that is none.

    Examples
    --------
    >>> import dealspace as ds
    >>> from dealspace.outcomes.path import along_years
    >>> path = along_years(ds.load_sheet("usa-korea-2025"), "no-deal", range(2025, 2027))
    >>> path.equivalent_variation.sizes["year"], bool(path.present_value.sel(region="KOR") < 0)
    (2, True)
    """
    from dealspace.termsheet.including import can_tell
    from dealspace.termsheet.loading import world_of

    listed = _checked(tuple(years), discount, day)
    for name in (policy, *(() if against is None else (against,))):
        if name not in sheet.policies and name not in sheet.offers:
            raise unknown_name("policy", name, [*sheet.policies, *sheet.offers])
    world = world_of(sheet) if world is None else world
    whole, left_out = with_law(sheet, *law, can_tell=lambda act: can_tell(act, world))
    days = tuple(date.fromisoformat(f"{year}-{day}") for year in listed)
    runs: list[tuple[Equilibrium, ...]] = []
    wanted = (policy,) if against is None else (policy, against)
    for k, name in enumerate(wanted):
        run = _Run(whole, world, background, closure, lambda text, done, k=k: report(text, (k + done) / len(wanted)))
        runs.append(run.along(name, days))
    reference = runs[1] if against is not None else ()
    return YearPath(sheet.name, policy, against, listed, discount, runs[0], reference, tuple(law), left_out)


@dataclass(frozen=True)
class _Run:
    """What the years of one policy share."""

    sheet: TermSheet
    world: Economy
    background: str | None
    closure: dict[str, Any]
    report: Callable[[str, float], None]

    def along(self, name: str, days: tuple[date, ...]) -> tuple[Equilibrium, ...]:
        """Solve a policy on each day; a day with the wedges of the one before has its equilibrium."""
        from dealspace.instruments.compile import compile_policy

        found: list[Equilibrium] = []
        for k, day in enumerate(days):
            self.report(f"{name} {day.year}", k / len(days))
            plan = compile_policy(self.sheet, self.world, name, on=day, background=self.background)
            if found and _alike(plan, found[-1].policy):
                found.append(found[-1])
                continue
            near = found[-1] if found and found[-1].converged else None
            found.append(solve(self.world, plan, start=near, **self.closure))
        return tuple(found)


def _checked(years: tuple[int, ...], discount: float, day: str) -> tuple[int, ...]:
    """Refuse years, a rate or a day that cannot be meant, in words."""
    if not years:
        raise DealspaceError("there are no years to solve; give a first and a last one, as in range(2025, 2034)")
    if any(a >= b for a, b in pairwise(years)) or not 1900 <= years[0] <= years[-1] <= 2200:
        raise DealspaceError(
            f"the years {', '.join(map(str, years[:6]))} do not rise, or are no years; write them in order"
        )
    if not (math.isfinite(discount) and -0.5 < discount < 1.0):
        raise DealspaceError(f"a discount rate of {discount:g} cannot be meant; write a fraction, such as 0.03 for 3 %")
    try:
        date.fromisoformat(f"2023-{day}")
    except ValueError:
        raise DealspaceError(f"{day!r} is not a day of every year; write month and day, as in 12-31") from None
    return years


def _alike(a: Policy, b: Policy) -> bool:
    """Say whether two policies have the same wedges."""
    import jax

    left, right = jax.tree.leaves(a.wedges), jax.tree.leaves(b.wedges)
    return len(left) == len(right) and all(
        np.shape(x) == np.shape(y) and np.array_equal(np.asarray(x), np.asarray(y))
        for x, y in zip(left, right, strict=True)
    )
