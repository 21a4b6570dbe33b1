"""What a case says below its sectors: products by origin, makers' plants, consumers; top-down from its policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dealspace.bargaining.results import Bargain
from dealspace.errors import DealspaceError
from dealspace.outcomes.consumers import consumer_prices
from dealspace.outcomes.equilibrium import Equilibrium
from dealspace.outcomes.footprint import Response, car_response, list_footprints, load_footprint
from dealspace.outcomes.products import SHOWN, ProductEffects, effects_under, load_market
from dealspace.termsheet.parts import Offer
from dealspace.termsheet.quantities import Quantity
from dealspace.termsheet.sheet import TermSheet
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")


def final_deals(bargain: Bargain) -> dict[str, np.ndarray]:
    """Return the final offers (K,) by the names of their points."""
    points = (point for point in bargain.points if point.kind == "final-offer")
    return {point.name: point.deal for point in points if point.deal is not None}


def with_final_offers(sheet: TermSheet, bargain: Bargain) -> TermSheet:
    """Return the sheet with the final offers that were found as offers of it, by the names of their points."""
    issues = list(sheet.issues.values())
    added = {
        name: Offer(
            date=sheet.as_of,
            terms={issue.name: Quantity(float(x), issue.unit) for issue, x in zip(issues, deal, strict=True)},
        )
        for name, deal in final_deals(bargain).items()
    }
    return sheet.model_copy(update={"offers": {**sheet.offers, **added}})


def footprints(
    sheet: TermSheet, world: Economy, equilibria: Mapping[str, Equilibrium]
) -> tuple[dict[str, dict[str, Response]], tuple[str, ...]]:
    """Return what policies do to makers' plants in the parties' markets, by footprint and policy.

    Parameters
    ----------
    sheet : TermSheet
        One that knows every policy of `equilibria`, final offers among its offers.
    world : Economy
    equilibria : solved policies by name

    Returns
    -------
    Responses of the embedded footprints whose market belongs to a party, and sentences on those that could not be
    computed (an economy without product lines, say).
    """

    def response(name: str, policy: str, eq: Equilibrium) -> Response:
        return car_response(world, sheet, policy, eq, footprint=name)

    markets = {name: load_footprint(name).market for name in list_footprints()}
    return _of_the_parties("footprint", markets, response, _insiders(sheet, world), equilibria)


def products(
    sheet: TermSheet, world: Economy, equilibria: Mapping[str, Equilibrium]
) -> tuple[dict[str, dict[str, ProductEffects]], tuple[str, ...]]:
    """Return what policies do to the products of the parties' markets, by product and policy; as `footprints`."""

    def effects(name: str, policy: str, eq: Equilibrium) -> ProductEffects:
        return effects_under(eq, sheet, policy, name)[name]

    markets, unsaid = _importers(world)
    found, more = _of_the_parties("product", markets, effects, _insiders(sheet, world), equilibria)
    return found, (*unsaid, *more)


def _importers(world: Economy) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the importer of each product shown, and sentences on those that the economy does not know."""
    markets: dict[str, str] = {}
    notes: list[str] = []
    for name in SHOWN:
        try:
            markets[name] = load_market(name, world).importer
        except DealspaceError as error:
            notes.append(f"The product {name} is left out: {error}")
    return markets, tuple(notes)


def _of_the_parties(
    kind: str,
    markets: Mapping[str, str],
    effect: Callable[[str, str, Equilibrium], T],
    inside: set[str],
    equilibria: Mapping[str, Equilibrium],
) -> tuple[dict[str, dict[str, T]], tuple[str, ...]]:
    """Return the effects of every policy with numbers on what is sold to the parties, by name and policy."""
    found: dict[str, dict[str, T]] = {}
    notes: list[str] = []
    for name in (name for name, market in markets.items() if market in inside):
        try:
            found[name] = {policy: effect(name, policy, eq) for policy, eq in equilibria.items() if eq.converged}
        except DealspaceError as error:
            notes.append(f"The {kind} {name} is left out: {error}")
    return found, tuple(notes)


def consumers(
    sheet: TermSheet, world: Economy, equilibria: Mapping[str, Equilibrium]
) -> dict[str, dict[str, pl.DataFrame]]:
    """Return prices, imports and choice by group of goods in the parties' regions, by region and policy."""
    regions = [region for party in sheet.parties for region in sheet.members(party, world)]
    solved = {policy: eq for policy, eq in equilibria.items() if eq.converged}
    return {
        region: {policy: consumer_prices(eq, region) for policy, eq in solved.items()}
        for region in dict.fromkeys(regions)
    }


def _insiders(sheet: TermSheet, world: Economy) -> set[str]:
    return {region for party in sheet.parties for region in sheet.members(party, world)}
