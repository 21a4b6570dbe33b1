"""The whole analysis: no deal, sample, frontier, zone, solutions, concessions and final offers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import DealspaceError
from .concessions import value_concessions
from .credibility import assess_threat
from .final_offer import plan_offer
from .from_sheet import Inputs, read_inputs
from .frontier import trace_frontier
from .game import Game, SearchStoppedError
from .model import Array, DealModel
from .no_deal import STATUS_QUO, branches, expect_no_deal
from .payoffs import welfare
from .results import (
    Bargain,
    BargainingSolution,
    ConcessionTable,
    Credibility,
    DealPoint,
    FinalOffer,
    NoDealResult,
    Settings,
    Zone,
)
from .solutions import solve_bargain
from .zone import draw_sample, find_zone

Progress = Callable[[str, float], None]
# Each stage: where it starts in the whole, and its share of the search budget.
STAGES = {
    "no deal": (0.0, 0.0),
    "sample": (0.05, 0.0),
    "frontier": (0.3, 0.4),
    "zone": (0.6, 0.08),
    "solutions": (0.65, 0.12),
    "concessions": (0.75, 0.04),
    "offers": (0.8, 0.18),
    "replies": (0.9, 0.18),
}


def analyze_bargain(
    model: DealModel,
    inputs: Inputs | Any,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Bargain:
    """Analyse a negotiation.

    Parameters
    ----------
    model
        The negotiation as a map from deals to measures.
    inputs
        An `Inputs`, or a `TermSheet` to read one from.
    settings
        How much work to do; the defaults suit half a dozen issues.
    progress
        Called with the stage's name and the fraction of the whole done, at each stage.

    Raises
    ------
    NotConvergedError
        When the status quo or a branch of no deal has no solution: there is then nothing to compare with.
    DealspaceError
        When weights, issues or parties do not fit the model.
    """
    settings = settings or Settings()
    check_settings(settings)
    inputs = inputs if isinstance(inputs, Inputs) else read_inputs(inputs, model.issues)
    return _Analysis(model, inputs, settings, progress or (lambda stage, fraction: None)).run()


def check_settings(settings: Settings) -> None:
    """Raise DealspaceError if a setting is out of its range."""
    faults = []
    if not 0.0 < settings.beta < 1.0:
        faults.append(f"beta, the Nash weight of the first party, lies between 0 and 1, not {settings.beta:g}")
    if not 0.0 < settings.certainty <= 1.0:
        faults.append(f"certainty is a probability above 0, not {settings.certainty:g}")
    if settings.sample < 8 or settings.frontier_points < 3:
        faults.append("a sample has at least 8 deals and a frontier at least 3 points")
    if faults:
        raise DealspaceError("; ".join(faults))


class _Analysis:
    """State of one analysis; each step is one stage."""

    def __init__(self, model: DealModel, inputs: Inputs, settings: Settings, progress: Progress):
        self.model, self.inputs, self.settings, self.progress = model, inputs, settings, progress
        for payoff, party in zip(inputs.payoffs, model.parties, strict=True):
            if payoff.party != party:
                raise DealspaceError(f"pay-offs must be in the order of the parties; {payoff.party} is not {party}")
        names = model.measure_names
        self.weights = np.array([payoff.vector(names) for payoff in inputs.payoffs])
        self.draws = [payoff.draw(names, settings.draws) for payoff in inputs.payoffs]
        self.money = all(payoff.money for payoff in inputs.payoffs)
        self.notes = list(inputs.notes)
        self.seconds: dict[str, float] = {}
        self._stage = ""
        self._clock = time.perf_counter()

    def run(self) -> Bargain:
        """Go through the stages."""
        self._begin("no deal")
        self.origin = np.asarray(self.model.policy_values(STATUS_QUO), dtype=float)
        no_deal = expect_no_deal(self.model, self.inputs.terms, self.weights, self.origin)
        credibility = self._credibility()
        self.game = Game(self.model, self.weights, self.origin, no_deal.payoff)
        self._note_moved_offers()
        self._begin("sample")
        named = [self._status_quo_deal(), *self.inputs.offers.values()]
        sample = draw_sample(self.game, self.settings, np.array(named))
        self._begin("frontier")
        frontier = trace_frontier(self.game, self.settings)
        self._begin("zone")
        zone = find_zone(self.game, sample)
        self._begin("solutions")
        solutions = solve_bargain(self.game, self.settings, self.money)
        self._begin("concessions")
        concessions = self._concessions()
        offers = self._offers(no_deal)
        points = self._points(no_deal, zone, solutions, offers)
        self._end()
        self.progress("done", 1.0)
        return Bargain(
            status=zone.status,
            parties=self.model.parties,
            issues=tuple(self.model.issues),
            measure_names=tuple(self.model.measure_names),
            settings=self.settings,
            payoffs=(self.inputs.payoffs[0].record(), self.inputs.payoffs[1].record()),
            status_quo=self.origin,
            no_deal=no_deal,
            credibility=credibility,
            sample=sample,
            zone=zone,
            frontier=frontier,
            solutions=solutions,
            concessions=concessions,
            final_offers=offers,
            points=points,
            **self.game.work(),
            seconds=self.seconds,
            notes=tuple(self.notes),
        )

    def _begin(self, stage: str) -> None:
        """Close the last stage, tell the caller, and give the new stage its share of the budget."""
        self._end()
        self._stage = stage
        fraction, share = STAGES[stage]
        self.progress(stage, fraction)
        if share:
            self.game.limit(share * self.settings.max_solves, share * self.settings.max_gradients)

    def _end(self) -> None:
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = now - self._clock
        self._clock = now

    def _note_moved_offers(self) -> None:
        for name, deal in self.inputs.offers.items():
            if np.abs(self.game.tidy(deal) - deal).max() > 1e-12:
                self.notes.append(f"Offer {name} lies outside the issues' ranges; the nearest deal is shown.")

    def _credibility(self) -> Credibility | None:
        terms = self.inputs.terms
        if terms.threatener is None:
            return None
        at = self.model.parties.index(terms.threatener)
        names = self.model.measure_names
        balance = f"balance:{terms.threatener}:{self.model.parties[1 - at]}"
        own = self.inputs.payoffs[at]
        presets = {own.preset: self.weights[at]}
        if own.preset != "welfare" and f"ev:{terms.threatener}" in names:
            presets["welfare"] = welfare(terms.threatener).vector(names)
        return assess_threat(
            branches(self.model, terms),
            terms,
            self.weights[at],
            names,
            self.origin,
            presets=presets,
            draws=self.draws[at] if own.spread else None,
            watched=(balance,),
        )

    def _status_quo_deal(self) -> Array:
        """Return the deal nearest to the status quo."""
        axes = self.model.issues
        return np.array([axis.kept if axis.status_quo is None else axis.status_quo for axis in axes])

    def _nearest(self, policy: str) -> tuple[Array, str]:
        """Return the deal that stands for a policy, and how it was found."""
        ask = getattr(self.model, "nearest_deal", None)
        if ask is not None:
            return np.asarray(ask(policy), dtype=float), ""
        note = f"'{policy}' is represented by the deal in which nobody concedes anything."
        return np.array([axis.kept for axis in self.model.issues]), note

    def _concessions(self) -> dict[str, ConcessionTable]:
        game = self.game
        tables = {STATUS_QUO: value_concessions(game, STATUS_QUO, self._status_quo_deal())}
        deal, note = self._nearest(self.inputs.terms.threat)
        tables["no-deal"] = value_concessions(game, "no-deal", deal, note)
        for name, offer in self.inputs.offers.items():
            tables[name] = value_concessions(game, name, offer)
        return tables

    def _offers(self, no_deal: NoDealResult) -> dict[str, FinalOffer]:
        offers = {}
        for at, stage in enumerate(("offers", "replies")):
            self._begin(stage)
            # A side knows its own weights; those of the other are drawn.
            own, other = self.weights[at][None, :], self.draws[1 - at]
            offers[self.model.parties[at]] = plan_offer(
                self.game,
                at,
                own,
                other,
                no_deal.measures,
                self.settings,
                no_deal_ends=no_deal.measures_range,
                money=self.money,
            )
        first, second = self.model.parties
        return {
            first: replace(offers[first], counter=offers[second].offer),
            second: replace(offers[second], counter=offers[first].offer),
        }

    def _points(
        self,
        no_deal: NoDealResult,
        zone: Zone,
        solutions: dict[str, BargainingSolution],
        offers: dict[str, FinalOffer],
    ) -> tuple[DealPoint, ...]:
        points = [
            DealPoint(STATUS_QUO, "policy", None, np.zeros(2), self.origin),
            DealPoint("no-deal", "policy", None, no_deal.payoff, no_deal.measures),
        ]
        for name, deal in self.inputs.offers.items():
            self._add(points, name, "offer", deal)
        points += zone.best
        for name, solution in solutions.items():
            for i, deal in enumerate(solution.deals):
                label = name if len(solution.deals) == 1 else f"{name} ({'ab'[i]})"
                self._add(points, label, "solution", deal)
        for party, planned in offers.items():
            if planned.offer is not None:
                offer = planned.offer
                name = f"final offer of {party}"
                points.append(DealPoint(name, "final-offer", offer.deal, offer.payoffs, offer.measures))
        return tuple(points)

    def _add(self, points: list[DealPoint], name: str, kind: str, deal: Array) -> None:
        try:
            measures = self.game.measures_at(deal)
        except SearchStoppedError as stop:
            self.notes.append(f"{name} has no numbers: {stop}.")
            return
        points.append(DealPoint(name, kind, self.game.tidy(deal), self.game.payoffs(measures), measures))
