"""An analysis read for the report: places, policies and their effects, deals and their terms.

Everything the report shows is taken from here, so that the briefing, the tables and the charts agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dealspace.bargaining.model import amount
from dealspace.report.benchmark import Benchmark
from dealspace.report.words import MISSING, Names, capital, number

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis
    from dealspace.bargaining.results import Bargain, FinalOffer
    from dealspace.outcomes.equilibrium import Equilibrium

FINAL = "final offer of "
NARROW = 4  # an issue that names at most so many sectors is about them


@dataclass(frozen=True)
class Effect:
    """What one policy does to one place under one closure, against a reference policy.

    Attributes
    ----------
    place, policy, closure, reference : str
    real_income, consumer_price : float
        Changes as fractions (0.01 is 1 %).
    gain : float
        Equivalent variation less that of the reference, USD million a year.
    duties : float
        Duty revenue under the policy, USD million a year (a level).
    balance, balance_change : float
        Goods exports to the partner less imports, USD million a year: the level, and the change against the reference.
    partner : str
        Who the balance is with.
    output, employment, price : dict of str to float
        Change by sector, fractions; output at base-year prices, consumer prices over the home index.
    """

    place: str
    policy: str
    closure: str
    reference: str
    real_income: float
    consumer_price: float
    gain: float
    duties: float
    balance: float
    balance_change: float
    partner: str
    output: dict[str, float]
    employment: dict[str, float]
    price: dict[str, float]


class Case:
    """An analysis with what the report asks of it.

    Parameters
    ----------
    analysis : Analysis
    """

    def __init__(self, analysis: Analysis):
        self.analysis = analysis
        self.sheet = analysis.sheet
        self.world = analysis.world
        self.bargain: Bargain = analysis.bargain
        self.parties: tuple[str, str] = (self.sheet.parties[0], self.sheet.parties[1])
        groups = {"EU": "European Union"}
        self.names = Names(
            {**groups, **dict(self.world.region_names or {})},
            dict(self.world.sector_names or {}),
        )
        self.issues = {axis.name: axis for axis in self.bargain.issues}

    # -- places and policies --------------------------------------------------------------------------------

    def members(self, place: str) -> tuple[str, ...]:
        """Return the regions of a region or group."""
        return self.sheet.members(place, self.world)

    @property
    def third_parties(self) -> tuple[str, ...]:
        """Outsiders shown, those first on whom the threat bears most."""
        return self.analysis.third_parties

    @property
    def places(self) -> tuple[str, ...]:
        """The parties, then the third parties shown."""
        return self.parties + self.third_parties

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """Policies of the sheet, then the final offers, that were solved under the headline closure."""
        return tuple(policy for policy, closure in self._solved if closure == self.analysis.closure)

    @cached_property
    def main_policies(self) -> tuple[str, ...]:
        """Policies that the negotiation turns on, then the final offers; options of the sheet are in the files only."""
        part = self.sheet.no_deal
        named = {"before", "status-quo", "no-deal", part.otherwise, part.struck_down, part.answered}
        return tuple(each for each in self.policies if each in named or each.startswith(FINAL))

    @cached_property
    def _solved(self) -> dict[tuple[str, str], Equilibrium]:
        return {**self.analysis.equilibria, **self.analysis.deals}

    def title(self, policy: str) -> str:
        """Return the name of a policy or point for readers: ``no deal``, ``Japan's final offer``."""
        if policy.startswith(FINAL):
            return self.names.offer_of(policy.removeprefix(FINAL))
        if policy.startswith("best for "):
            return f"best for {self.names.the(policy.removeprefix('best for '))}"
        return policy.replace("-", " ")

    def point_title(self, point: str) -> str:
        """Return the name of a point of the bargain: as `title`, but its no deal is the expected one."""
        if point == "no-deal":
            return "no deal, expected"
        return f"offer {point}" if point in self.sheet.offers else self.title(point)

    def final_offer_of(self, party: str) -> str:
        """Return the name under which a party's final offer is solved."""
        return FINAL + party

    def equilibrium(self, policy: str, closure: str) -> Equilibrium | None:
        """Return a solved policy or final offer, or None where there is none or it did not converge."""
        found = self._solved.get((policy, closure))
        return found if found is not None and found.converged else None

    def unsolved(self) -> list[str]:
        """Say of each policy without a solution why it has none."""
        return [
            f"{capital(self.title(policy))} under {closure} trade has no solution: {eq.reason}"
            for (policy, closure), eq in self._solved.items()
            if not eq.converged
        ]

    def partner(self, place: str) -> str:
        """Return who a place's balance is shown with: the other party, or the importer of the case."""
        if place in self.parties:
            return self.sheet.other(place)
        return self.analysis.stake.deficit_of

    # -- effects --------------------------------------------------------------------------------------------

    def effect(self, place: str, policy: str, closure: str, reference: str = "status-quo") -> Effect | None:
        """Return the effect of a policy on a place against a reference; None where either has no solution."""
        eq, base = self.equilibrium(policy, closure), self.equilibrium(reference, closure)
        return None if eq is None or base is None else self._effect((place, policy, closure, reference), eq, base)

    def _effect(self, key: tuple[str, str, str, str], eq: Equilibrium, base: Equilibrium | Benchmark) -> Effect:
        place, policy, closure, reference = key
        world, partner = eq.world, self.partner(place)
        rows = [world.region_index(region) for region in self.members(place)]
        spending = base.income.values[rows] / base.price_index.values[rows]
        return Effect(
            place=place,
            policy=policy,
            closure=closure,
            reference=reference,
            real_income=_mean(eq.real_income.values[rows] / base.real_income.values[rows], spending) - 1,
            consumer_price=_mean(eq.consumer_price.values[rows] / base.consumer_price.values[rows], spending) - 1,
            gain=float((eq.equivalent_variation.values - base.equivalent_variation.values)[rows].sum()),
            duties=float(eq.tariff_revenue.values[rows].sum()),
            balance=self._balance(eq, place, partner),
            balance_change=self._balance(eq, place, partner) - self._balance(base, place, partner),
            partner=partner,
            output=self._by_sector(eq, base, rows, "output_volume"),
            employment=self._by_sector(eq, base, rows, "employment"),
            price=self._by_sector(eq, base, rows, "sector_price"),
        )

    def _balance(self, eq: Equilibrium | Benchmark, place: str, partner: str) -> float:
        return float(sum(eq.balance(a, b) for a in self.members(place) for b in self.members(partner)))

    @property
    def by_elasticities(self) -> Mapping[str, Mapping[str, Equilibrium]]:
        """Published elasticity sets under which every policy was solved."""
        sets = self.analysis.by_elasticities
        return {name: found for name, found in sets.items() if found and all(eq.converged for eq in found.values())}

    def set_effect(self, name: str, place: str, policy: str, reference: str | None = None) -> Effect | None:
        """Return the effect of a policy under a set of elasticities; without a reference against the benchmark."""
        eq = self.by_elasticities[name].get(policy)
        if eq is None:
            return None
        base = Benchmark(eq.world) if reference is None else self.by_elasticities[name].get(reference)
        if base is None:
            return None
        return self._effect((place, policy, self.analysis.closure, reference or "benchmark"), eq, base)

    def horizon_effect(self, horizon: str, place: str, policy: str, reference: str = "status-quo") -> Effect | None:
        """Return the effect of a policy in a run (``short``, ``medium``, ``long``); None where there is no solution."""
        found = self.analysis.by_horizon.get(horizon, {})
        eq, base = found.get(policy), found.get(reference)
        if eq is None or base is None or not (eq.converged and base.converged):
            return None
        return self._effect((place, policy, self.analysis.closure, reference), eq, base)

    def _by_sector(
        self, eq: Equilibrium, base: Equilibrium | Benchmark, rows: list[int], field: str
    ) -> dict[str, float]:
        """Return the change of each sector over the members of a place, weighted by the base year's size."""
        world = eq.world
        sizes = {"output_volume": world.output, "sector_price": world.expenditure}
        size = sizes.get(field, world.value_added)[rows]
        after = (getattr(eq, field).values[rows] * size).sum(axis=0)
        before = (getattr(base, field).values[rows] * size).sum(axis=0)
        return {sector: float(after[j] / before[j] - 1) for j, sector in enumerate(world.sectors) if before[j] > 0}

    def most_affected(self, policy: str, count: int) -> list[Effect]:
        """Return the third parties shown whose real income moves most against the status quo, in USD."""
        found = [self.effect(place, policy, self.analysis.closure) for place in self.third_parties]
        return sorted((e for e in found if e), key=lambda effect: -abs(effect.gain))[:count]

    # -- deals ----------------------------------------------------------------------------------------------

    def value(self, issue: str, value: float) -> str:
        """Write a value of an issue in the sheet's own unit, to one decimal: ``15 %``, ``2.5 pp``."""
        axis = self.issues[issue]
        if not np.isfinite(value):
            return MISSING
        if axis.unit in ("%", "pp", "fraction"):
            figure = number(100 * value, 1).removesuffix(".0")
            return f"{figure} {'pp' if axis.unit == 'pp' else '%'}"
        return amount(value, axis.unit)

    def words(self, issue: str) -> str:
        """Say what an issue is about."""
        axis = self.issues[issue]
        return axis.words or issue.replace("-", " ")

    def short(self, issue: str) -> str:
        """Say what an issue is about up to the first comma, which the sheet's words go on to qualify."""
        return self.words(issue).partition(",")[0]

    def terms(self, deal: Iterable[float]) -> list[str]:
        """Write what a deal moves issue by issue: ``US duty on cars 15 %``."""
        moved = self._moved(deal)
        told = [f"{self.short(name)} {self.value(name, x)}" for name, x in moved.items()]
        return told + (["all else as now"] if len(moved) < len(self.issues) else [])

    def plain(self, issue: str) -> str:
        """Say an issue without its article: ``US rate on Japanese cars and parts``."""
        return self.short(issue).removeprefix("the ")

    def is_cut(self, issue: str) -> bool:
        """Whether the issue is the share of a duty that is removed."""
        return getattr(self.sheet.issues[issue], "stacking", "") == "cut"

    def terms_and_now(self, deal: Iterable[float]) -> list[str]:
        """Write what a deal moves with where each issue stands: ``US general rate 15 % (now about 11 %)``."""
        moved = self._moved(deal)
        told = [f"{self.plain(name)} {self.value(name, x)}{self._now(name)}" for name, x in moved.items()]
        return told + (["all else as now"] if len(moved) < len(self.issues) else [])

    def _moved(self, deal: Iterable[float]) -> dict[str, float]:
        """Return the issues that a deal leaves elsewhere than they stand, as readers see it, with their values."""
        found = {}
        for (name, axis), x in zip(self.issues.items(), deal, strict=True):
            if axis.status_quo is None or self.value(name, x) != self.value(name, axis.status_quo):
                found[name] = x
        return found

    def brief_terms(self, deal: Iterable[float]) -> list[str]:
        """Write what a deal moves by the issues' keys, with where each stands: ``us auto rate 12 % (now 27.5 %)``."""
        found, moved = [], self._moved(deal)
        for name, x in moved.items():
            axis, cut = self.issues[name], self.is_cut(name) or self.issues[name].unit == "pp"
            nothing = not axis.status_quo and (cut or axis.status_quo is None or axis.unit == "USD mn")
            now = "" if nothing else self._now(name)
            word = " cut" if cut and not name.endswith("cut") else ""
            found.append(f"{name.replace('-', ' ')}{word} {self.value(name, x)}{now}")
        return found + (["all else as now"] if len(moved) < len(self.issues) else [])

    def _now(self, issue: str) -> str:
        axis = self.issues[issue]
        if axis.status_quo is None:
            return ""
        inside = axis.low < axis.status_quo < axis.high
        return f" (now {'about ' if inside else ''}{self.value(issue, axis.status_quo)})"

    def own_words(self, party: str, measure: str, *, brief: bool = False) -> str:
        """Say a measure of a party's own without naming it: ``output of motor vehicles``."""
        names = self.names.brief() if brief else self.names
        words = names.measure(measure).replace(f"{self.names.possessive(party)} ", "")
        return words.replace(f" in {self.names.the(party)}", "")

    def over_no_deal(self, payoffs: np.ndarray) -> tuple[float, float]:
        """Return both pay-offs less those expected without a deal, USD million."""
        first, second = np.asarray(payoffs, dtype=float) - self.bargain.no_deal.payoff
        return float(first), float(second)

    @cached_property
    def threatener(self) -> str:
        """The party whose threat is on the table; the first one when there is none."""
        if self.bargain.credibility is not None:
            return self.bargain.credibility.threatener
        for name in self.sheet.threat:
            for party in self.parties:
                if self.sheet.measures[name].by in (party, *self.members(party)):
                    return party
        return self.parties[0]

    @property
    def answerer(self) -> str:
        """The party that has to answer the threat, whose final offer leads."""
        return self.sheet.other(self.threatener)

    @property
    def final_offer(self) -> FinalOffer | None:
        """The final offer of the party that answers the threat."""
        return self.bargain.final_offers.get(self.answerer)

    @cached_property
    def main_sectors(self) -> tuple[str, ...]:
        """Goods sectors to show: weighed by a party, at issue by name, then the weightiest in the parties' balance."""
        pieces = sorted(self.analysis.stake.pieces, key=lambda piece: -abs(piece.deficit))
        at_issue = [
            sector
            for issue in self.sheet.issues.values()
            for sector in issue.products.sectors
            if len(issue.products.sectors) <= NARROW
        ]
        first = [piece.sector for piece in pieces if piece.sector in {*self.weighed_sectors, *at_issue}]
        return tuple(dict.fromkeys([*first, *(piece.sector for piece in pieces[:5])]))[: max(6, len(first))]

    @cached_property
    def weighed_sectors(self) -> tuple[str, ...]:
        """Sectors that a party's pay-off counts."""
        weighed = [
            name.split(":")[2]
            for record in self.bargain.payoffs
            for name in record.weights
            if name.count(":") == 2 and name.split(":")[0] in ("va", "output")
        ]
        return tuple(dict.fromkeys(weighed))


def _mean(ratios: np.ndarray, weights: np.ndarray) -> float:
    return float((ratios * weights).sum() / weights.sum())
