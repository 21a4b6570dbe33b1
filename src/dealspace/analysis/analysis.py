"""Analyse a negotiation from end to end: `analyze` and what it returns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dealspace.analysis.horizons import by_horizon
from dealspace.analysis.model import CompiledSheet, SheetModel
from dealspace.analysis.satellites import consumers, final_deals, footprints, products, with_final_offers
from dealspace.analysis.stake import Stake, find_stake
from dealspace.bargaining.analyze import analyze_bargain
from dealspace.bargaining.from_sheet import read_inputs, required_measures
from dealspace.bargaining.results import Bargain, DealPoint, Settings
from dealspace.instruments.policy import Policy
from dealspace.outcomes.equilibrium import Equilibrium, solve
from dealspace.outcomes.footprint import Response
from dealspace.outcomes.products import ProductEffects
from dealspace.termsheet.loading import load_sheet, world_of
from dealspace.termsheet.sheet import TermSheet
from dealspace.world.catalogue import elasticity_sets
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr

Progress = Callable[[str, float], None]
CLOSURES = ("fixed", "balanced")  # the headline one first
THIRD_PARTIES = 6
HORIZON = "long"
BARGAIN_STARTS, BARGAIN_ENDS = 0.25, 0.95  # of the whole: where the bargaining stage lies


@dataclass(frozen=True)
class CheckedPoint:
    """A point of the bargain solved again under another closure.

    Attributes
    ----------
    name, kind : as in `Bargain.points`
    payoffs : (2,) change of each party's pay-off against the status quo under that closure
    equivalent_variation : (2,) the parties' equivalent variation against that status quo, USD million a year
    """

    name: str
    kind: str
    payoffs: np.ndarray
    equivalent_variation: np.ndarray


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything an analysis of a term sheet found.

    Attributes
    ----------
    sheet, world : what was analysed
    closure, closures : the headline closure of the deficits, and all that were solved
    horizon : ``long``: labour mobile between sectors
    equilibria : solved policies by (policy, closure)
    third_parties : regions outside the parties on which the threat bears most
    stake : the bilateral balance before any policy
    bargain : the negotiation under the headline closure
    checked : by other closure, the named points solved again
    deals : the final offers as labelled equilibria, by (name of the point, closure)
    by_elasticities : status quo and no deal under every published elasticity set, by set and policy, deficits
        fixed; empty for an economy with other sectors than these sets have
    by_horizon : the policies and the final offers in the short, medium and long run, by horizon and policy, deficits
        as in the headline closure
    footprints : makers' plants in the parties' markets, by footprint and policy, in the long run
    products : products of the parties' markets by origin, by horizon, product and policy; the short run has no deal and
        the final offers only
    consumers : what people pay by group of goods in the parties' regions, by region and policy, in the long run
    decompositions : the change of log real income by source, by policy, in the long run
    settings, seconds, notes : how it was done, how long each stage took, what to bear in mind
    """

    sheet: TermSheet
    world: Economy
    closure: str
    closures: tuple[str, ...]
    horizon: str
    equilibria: Mapping[tuple[str, str], Equilibrium]
    third_parties: tuple[str, ...]
    stake: Stake
    bargain: Bargain
    checked: Mapping[str, tuple[CheckedPoint, ...]]
    deals: Mapping[tuple[str, str], Equilibrium]
    by_elasticities: Mapping[str, Mapping[str, Equilibrium]]
    by_horizon: Mapping[str, Mapping[str, Equilibrium]]
    footprints: Mapping[str, Mapping[str, Response]]
    products: Mapping[str, Mapping[str, Mapping[str, ProductEffects]]]
    consumers: Mapping[str, Mapping[str, pl.DataFrame]]
    decompositions: Mapping[str, xr.Dataset]
    settings: Settings
    seconds: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies of the sheet, in its order."""
        return tuple(self.sheet.policies)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions to show: the members of both parties, then the third parties."""
        members = [name for party in self.sheet.parties for name in self.world.members(party)]
        return (*dict.fromkeys(members), *self.third_parties)

    def briefing(self) -> str:
        """Return the answer on one screen."""
        from dealspace.report.briefing import briefing

        return briefing(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        from dealspace.report.results import to_dict

        return to_dict(self)

    def save(self, directory: str | Path) -> tuple[Path, ...]:
        """Write report.md, report.html, results.json, tables as CSV and one workbook; return the paths."""
        from dealspace.report.save import save

        return save(self, Path(directory))


def analyze(
    sheet: TermSheet | str | Path,
    *,
    world: Economy | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Analyse a term sheet: effects of its policies, pay-offs, zone, frontier, solutions, threat, final offers.

    Parameters
    ----------
    sheet : TermSheet, or the name or path of one
    world : Economy, optional
        The economy to analyse it on; the one that the sheet names where left out.
    settings : Settings, optional
        How much work the bargaining part does, and from which seed.
    progress : callable, optional
        Called with a stage and the fraction of the whole done.

    Returns
    -------
    Analysis

    Raises
    ------
    SheetError, UnknownNameError
        When the sheet cannot be read, or does not fit the world.
    NotConvergedError
        When the status quo or a branch of no deal has no equilibrium.

    Examples
    --------
    >>> import dealspace as ds
    >>> case = ds.analyze("us-japan-2025")        # doctest: +SKIP
    >>> case.save("out/")                         # doctest: +SKIP
    """
    tell = progress or (lambda stage, fraction: None)
    clock = _Clock()
    tell("reading the sheet", 0.0)
    if not isinstance(sheet, TermSheet):
        sheet = load_sheet(sheet, world)
    world = world_of(sheet) if world is None else world
    settings = settings or Settings()
    clock.mark("reading")
    tell("solving the policies", 0.05)
    compiled = CompiledSheet(sheet, world)
    models = {deficits: SheetModel(compiled, required_measures(sheet), deficits=deficits) for deficits in CLOSURES}
    headline = models[CLOSURES[0]]
    equilibria = _policies(models)
    clock.mark("policies")
    inputs = read_inputs(sheet, headline.issues)
    bargain = analyze_bargain(headline, inputs, settings, _onward(tell))
    clock.mark("bargaining")
    tell("the other closure and other elasticities", BARGAIN_ENDS)
    weights = np.array([payoff.vector(headline.measure_names) for payoff in inputs.payoffs])
    runs = by_horizon(headline.world, _plans(headline, bargain), CLOSURES[0])
    told = with_final_offers(sheet, bargain)
    goods, unsaid = products(told, headline.world, runs[HORIZON])
    watched = ("no-deal", *final_deals(bargain))
    soon = {policy: eq for policy, eq in runs["short"].items() if policy in watched}
    plants, left_out = footprints(told, headline.world, runs[HORIZON])
    said = dict.fromkeys(note for eq in runs[HORIZON].values() for note in eq.policy.notes)
    clock.mark("products")
    found = Analysis(
        sheet=sheet,
        world=headline.world,
        closure=CLOSURES[0],
        closures=CLOSURES,
        horizon=HORIZON,
        equilibria=equilibria,
        third_parties=_third_parties(sheet, headline.world, equilibria),
        stake=find_stake(sheet, headline.world),
        bargain=bargain,
        checked={deficits: _check(models[deficits], bargain, weights) for deficits in CLOSURES[1:]},
        deals=_final_offers(models, bargain),
        by_elasticities=_by_elasticities(compiled),
        by_horizon=runs,
        footprints=plants,
        products={HORIZON: goods, "short": products(told, headline.world, soon)[0]},
        consumers=consumers(told, headline.world, {each: runs[HORIZON][each] for each in ("status-quo", *watched)}),
        decompositions=_decompositions(runs[HORIZON], ("status-quo", *watched)),
        settings=settings,
        seconds=clock.seconds,
        notes=(*bargain.notes, *said, *unsaid, *left_out),
    )
    clock.mark("checks")
    tell("done", 1.0)
    return found


def _policies(models: Mapping[str, SheetModel]) -> dict[tuple[str, str], Equilibrium]:
    """Solve every policy under every closure, by (policy, closure), while the deals' kernels are compiled."""
    headline = models[CLOSURES[0]]
    with ThreadPoolExecutor(1) as aside:
        warm = aside.submit(headline.warm_up)
        found = {
            (policy, deficits): model.equilibrium(policy)
            for deficits, model in models.items()
            for policy in headline.sheet.policies
        }
        warm.result()
    return found


def _onward(tell: Progress) -> Progress:
    """Return the progress of the bargaining stage as part of the whole."""

    def onward(stage: str, fraction: float) -> None:
        if fraction < 1.0:
            tell(stage, BARGAIN_STARTS + (BARGAIN_ENDS - BARGAIN_STARTS) * fraction)

    return onward


def _final_offers(models: Mapping[str, SheetModel], bargain: Bargain) -> dict[tuple[str, str], Equilibrium]:
    """Solve both final offers as labelled equilibria, by (name of the point, closure)."""
    return {
        (name, deficits): model.deal_equilibrium(deal, name)
        for name, deal in final_deals(bargain).items()
        for deficits, model in models.items()
    }


def _decompositions(equilibria: Mapping[str, Equilibrium], policies: tuple[str, ...]) -> dict[str, xr.Dataset]:
    """Return where the change of real income comes from, for the policies that have numbers."""
    found = {policy: equilibria[policy] for policy in policies if policy in equilibria}
    return {policy: eq.decomposition() for policy, eq in found.items() if eq.converged}


def _plans(model: SheetModel, bargain: Bargain) -> dict[str, Policy]:
    """Return the policies of the sheet and the final offers by name."""
    plans = {name: model.compiled.policy(name) for name in model.sheet.policies}
    return plans | {name: model.deal_policy(deal, name) for name, deal in final_deals(bargain).items()}


class _Clock:
    """Seconds spent between marks."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now


def _third_parties(
    sheet: TermSheet, world: Economy, equilibria: Mapping[tuple[str, str], Equilibrium]
) -> tuple[str, ...]:
    """Return the outsiders whose real income, in USD, the threat moves most."""
    inside = {name for party in sheet.parties for name in world.members(party)}
    pair = [equilibria[(policy, CLOSURES[0])] for policy in ("no-deal", "status-quo")]
    if not all(each.converged for each in pair):
        return ()
    moved = np.abs(np.asarray(pair[0].equivalent_variation) - np.asarray(pair[1].equivalent_variation))
    order = sorted(range(len(world.regions)), key=lambda at: -moved[at])
    return tuple(world.regions[at] for at in order if world.regions[at] not in inside)[:THIRD_PARTIES]


def _by_elasticities(compiled: CompiledSheet) -> dict[str, dict[str, Equilibrium]]:
    """Solve status quo and no deal under each published elasticity set that has the economy's sectors."""
    world = compiled.world
    found: dict[str, dict[str, Equilibrium]] = {}
    for name, published in elasticity_sets().items():
        if set(world.sectors) <= set(published.theta):
            theta = np.array([published.theta[sector] for sector in world.sectors])
            other = world.with_(trade_elasticity=theta, name=f"{world.name} ({name})")
            found[name] = {policy: solve(other, compiled.policy(policy)) for policy in ("status-quo", "no-deal")}
    return found


def _check(model: SheetModel, bargain: Bargain, weights: np.ndarray) -> tuple[CheckedPoint, ...]:
    """Solve the named points of a bargain under the closure of `model`; those that fail are left out."""
    origin = model.policy_values("status-quo")
    no_deal = bargain.no_deal
    values: list[tuple[DealPoint, np.ndarray]] = []
    for point in bargain.points:
        if point.deal is not None:
            table = model.evaluate(point.deal[None])
            if table.ok[0]:
                values.append((point, table.values[0]))
        elif point.name in model.sheet.policies:
            values.append((point, _expected(model, no_deal) if point.name == "no-deal" else origin))
    columns = [model.measure_names.index(f"ev:{party}") for party in model.parties]
    return tuple(
        CheckedPoint(point.name, point.kind, weights @ (row - origin), (row - origin)[columns]) for point, row in values
    )


def _expected(model: SheetModel, no_deal: Any) -> np.ndarray:
    """Return the measures of no deal, in expectation over its branches, as the headline closure has them."""
    q, s, policies = no_deal.q, no_deal.s, no_deal.policies
    carried, struck, otherwise = (
        model.policy_values(policies[branch]) for branch in ("carried out", "struck down", "otherwise")
    )
    return q * (s * carried + (1 - s) * struck) + (1 - q) * otherwise
