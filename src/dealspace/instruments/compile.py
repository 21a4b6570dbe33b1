"""Compile a term sheet into wedges: policies as numbers, deals as a map that JAX can trace.

Per line and part the rule of `dealspace.instruments.stacking` gives the duty, the nest of
`dealspace.instruments.nest` joins the lines of a cell. What does not move with the deal is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, PolicyError, unknown_name
from dealspace.instruments.clauses import Terms, deal_terms, measure_clauses, own_lists, placed, policy_terms
from dealspace.instruments.dealmap import DealMap
from dealspace.instruments.mapping import Ingredients, build_map
from dealspace.instruments.parts import collect_parts

if TYPE_CHECKING:
    from dealspace.instruments.policy import Policy
    from dealspace.termsheet.acts import Issue
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy

#: Elasticity of substitution between the products of one origin within a sector: an assumption, not an estimate.
ETA = 2.0


def compile_policy(
    sheet: TermSheet,
    world: Economy,
    name: str,
    *,
    eta: float = ETA,
    background: str | None = None,
    on: date | None = None,
) -> Policy:
    """Return a policy of a sheet, or one of its offers, as wedges against the baseline.

    Parameters
    ----------
    sheet : TermSheet
    world : Economy
    name : str
        A policy, or an offer; of an offer only the issues that it names are settled, the rest stays as it is.
    eta : float
        Elasticity of substitution between product lines of one origin within a sector (``model.md``, products).
    background : {"in-force", "letters-applied"}, optional
        What third countries face; the sheet's own reading by default.
    on : datetime.date, optional
        Only the acts in force on that day, with their staged rates and grown quotas. By default all acts of the
        policy, whatever their dates, with the rates of the sheet's own day (`TermSheet.day_of`).

    Returns
    -------
    Policy
        Its `notes` say what had to be taken otherwise than written.

    Raises
    ------
    SheetError
        Where products cannot be told apart in the world's data, or acts contradict each other, with file and line.
    UnknownNameError
        For a name that is neither a policy nor an offer.
    """
    from dealspace.instruments.policy import Policy

    if name not in sheet.policies and name not in sheet.offers:
        raise unknown_name("policy", name, [*sheet.policies, *sheet.offers])
    values = {} if name in sheet.policies else sheet.offers[name].values
    axes = tuple(sheet.issues[issue] for issue in values)
    deals = _compiled(sheet, world, policy_terms(sheet, world, name, background, on), axes, eta)
    return Policy.of_deal(world, deals, np.array(list(values.values())), name)


def compile_deals(
    sheet: TermSheet,
    world: Economy,
    *,
    issues: Iterable[str] | None = None,
    eta: float = ETA,
    background: str | None = None,
    on: date | None = None,
) -> DealMap:
    """Return the map from deals to wedges: the status quo less what the issues lift, plus the issues.

    Parameters
    ----------
    sheet : TermSheet
    world : Economy
    issues : iterable of str, optional
        Issues that are on the table, in the order of a deal's entries; all of the sheet's by default.
    eta, background, on : as in `compile_policy`

    Returns
    -------
    DealMap
        ``DealMap.wedges(x)`` takes x (issues,) in natural units: rates and cuts as fractions, barriers as points
        removed (0.10 for 10 pp), volumes in kt, sums of money in USD million.

    Raises
    ------
    SheetError, UnknownNameError
        As `compile_policy`.
    """
    names = tuple(sheet.issues) if issues is None else tuple(issues)
    for name in names:
        if name not in sheet.issues:
            raise unknown_name("issue", name, sheet.issues)
    axes = tuple(sheet.issues[name] for name in names)
    return _compiled(sheet, world, deal_terms(sheet, world, names, background, on), axes, eta)


def check_deal(deals: DealMap, x: np.ndarray) -> None:
    """Refuse a deal outside the issues' ranges or levels; the core itself never checks.

    Raises
    ------
    PolicyError
        With every entry that is out of bounds.
    """
    point = np.asarray(x, dtype=np.float64)
    if point.shape != (len(deals.issues),):
        raise PolicyError(f"a deal has {len(deals.issues)} entries ({', '.join(deals.issues)}), not {point.shape}")
    faults = []
    for k, name in enumerate(deals.issues):
        low, high, levels = float(deals.low[k]), float(deals.high[k]), deals.levels[k]
        if not low - 1e-12 <= point[k] <= high + 1e-12:
            faults.append(f"{name}: {point[k]:g} is outside its range {low:g} to {high:g}")
        elif levels is not None and min(abs(point[k] - level) for level in levels) > 1e-12:
            faults.append(f"{name}: {point[k]:g} is none of its levels {', '.join(f'{v:g}' for v in levels)}")
    if faults:
        raise PolicyError("; ".join(faults))


def _compiled(sheet: TermSheet, world: Economy, terms: Terms, issues: tuple[Issue, ...], eta: float) -> DealMap:
    try:
        parts, caught = collect_parts(world, terms.clauses, measure_clauses(sheet, world), own_lists(sheet))
        given = Ingredients(terms.clauses, parts, caught, issues, terms.transfers, terms.quotas, terms.moves)
        return build_map(world, given, eta)
    except DealspaceError as error:
        raise placed(sheet, error) from None
