"""A small analysis made by hand from the real records, so that words and files are tested without an engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import xarray as xr

from dealspace.analysis.stake import OtherBasis, Piece, Stake
from dealspace.bargaining.model import IssueAxis
from dealspace.bargaining.results import (
    Bargain,
    BargainingSolution,
    BreakEven,
    Concession,
    ConcessionTable,
    Credibility,
    DealPoint,
    FinalOffer,
    Frontier,
    NoDealResult,
    Offer,
    PayoffRecord,
    Sample,
    Settings,
    Zone,
)
from dealspace.termsheet import parse_sheet
from dealspace.world.economy import Economy

SHEET = """\
schema: dealspace/1
name: us-japan-small
title: United States - Japan
as_of: 2025-07-20
world: small
parties: [USA, JPN]
sources:
  order: {title: An order of the President, publisher: Federal Register, date: 2025-04-02}
measures:
  ten: {kind: tariff, by: USA, on: JPN, products: all-goods, rate: 10%, stacking: add, from: 2025-04-05, source: order}
  letter: {kind: tariff, by: USA, on: JPN, products: all-goods, rate: 25%, stacking: add, replaces: ten,
           from: 2025-08-01, announced: 2025-07-07, authority: IEEPA, source: order}
policies: {before: [], status-quo: [ten], no-deal: [letter]}
issues:
  us-rate: {kind: tariff, by: USA, on: JPN, products: all-goods, range: [0%, 25%], stacking: inclusive, lifts: ten,
            words: "the US rate on Japanese goods, normal duty included", source: order}
  jp-barriers: {kind: ntb, by: JPN, on: USA, products: C29, range: [0 pp, 10 pp], sense: reduction, base: 10%,
                words: the cut of Japan's car barriers, source: order}
offers:
  june: {by: JPN, date: 2025-06-13, us-rate: 0%, jp-barriers: 2.5 pp, source: order}
  framework: {date: 2025-07-22, hindsight: true, us-rate: 15%, jp-barriers: 5 pp, source: order}
preferences:
  USA: {preset: mercantilist, balance: 0.1}
  JPN: welfare
uncertainty:
  USA: {distribution: lognormal, spread: 0.5, draws: 400, seed: 1}
no_deal: {probability: 60%, source: order}
facts:
  deficit-general: {statement: general imports less exports, value: 68.5 bn USD, date: 2024, source: order}
"""


def small_world() -> Economy:
    flows = np.full((3, 3, 3), 5e4)
    for n in range(3):
        flows[n, n] = 1e6
    return Economy(
        flows=flows,
        tariff=0.0,
        io_share=np.full((3, 3, 3), 0.2),
        va_share=np.full((3, 3), 0.4),
        trade_elasticity=4.0,
        regions=("USA", "JPN", "KOR"),
        sectors=("C29", "A01_02", "SRV"),
        goods=("C29", "A01_02"),
        name="small",
        year=2022,
        region_names={"USA": "United States", "JPN": "Japan", "KOR": "Korea"},
        sector_names={"C29": "Motor vehicles and parts", "A01_02": "Agriculture", "SRV": "Services"},
    )


@dataclass
class StandIn:
    """What the report asks of an Equilibrium."""

    world: Economy
    ev: tuple[float, float, float]
    price: tuple[float, float, float]
    car_output: tuple[float, float, float]
    us_japan: float  # goods balance of the United States with Japan, USD million
    converged: bool = True
    reason: str = ""
    residual: float = 1e-12
    extra: dict = field(default_factory=dict)

    def _region(self, values) -> xr.DataArray:
        return xr.DataArray(np.asarray(values, dtype=float), dims="region", coords={"region": list(self.world.regions)})

    @property
    def equivalent_variation(self) -> xr.DataArray:
        return self._region(self.ev)

    @property
    def real_income(self) -> xr.DataArray:
        return self._region(1 + np.array(self.ev) / self.world.income)

    @property
    def price_index(self) -> xr.DataArray:
        return self._region(np.ones(3))

    @property
    def income(self) -> xr.DataArray:
        return self._region(self.world.income * self.real_income.values)

    @property
    def consumer_price(self) -> xr.DataArray:
        return self._region(self.price)

    @property
    def tariff_revenue(self) -> xr.DataArray:
        return self._region([5000.0, 1000.0, 500.0])

    @property
    def sector_price(self) -> xr.DataArray:
        values = np.ones((3, 3))
        values[:, 0] = np.array(self.price) ** 2
        return xr.DataArray(values, dims=("region", "sector"))

    @property
    def output_volume(self) -> xr.DataArray:
        values = np.ones((3, 3))
        values[:, 0] = self.car_output
        return xr.DataArray(values, dims=("region", "sector"))

    @property
    def employment(self) -> xr.DataArray:
        return self.output_volume

    def balance(self, a: str, b: str) -> float:
        sign = {("USA", "JPN"): 1.0, ("JPN", "USA"): -1.0}.get((a, b))
        return sign * self.us_japan if sign else 1200.0


def _equilibria(world: Economy) -> dict:
    found = {}
    for closure, scale in (("fixed", 1.0), ("balanced", 0.9)):
        found["before", closure] = StandIn(world, (0, 0, 0), (1, 1, 1), (1, 1, 1), -72500.0 * scale)
        found["status-quo", closure] = StandIn(
            world, (-2000 * scale, -5000, 100), (1.006, 1.001, 1.0), (1.02, 0.97, 1), -60000 * scale
        )
        found["no-deal", closure] = StandIn(
            world, (-5400 * scale, -9070, 900), (1.01, 1.004, 1.0), (1.03, 0.9, 1.01), -40000 * scale
        )
    return found


def _sets(world: Economy) -> dict:
    """Two sets of elasticities; the second one doubles the response of cars."""
    return {
        name: {
            "status-quo": StandIn(world, (-2000, -5000, 100), (1.006, 1.001, 1), (1 + 0.02 * by, 0.97, 1), -60000),
            "no-deal": StandIn(world, (-5400, -5000 - 4070 * by, 900), (1.01, 1.004, 1), (1.03, 0.9, 1), -40000),
        }
        for name, by in (("one", 1), ("two", 2))
    }


def _runs(world: Economy) -> dict:
    """The short run moves output less and prices more."""
    return {
        "short": {
            "before": StandIn(world, (0, 0, 0), (1, 1, 1), (1, 1, 1), -72500.0),
            "status-quo": StandIn(world, (1000, -6000, 100), (1.008, 1.002, 1.0), (1.01, 0.98, 1), -65000.0),
            "no-deal": StandIn(world, (1500, -11000, 900), (1.012, 1.006, 1.0), (1.01, 0.95, 1), -60000.0),
        }
    }


def _bargain() -> Bargain:
    axes = (
        IssueAxis(
            "us-rate", "USA", 0.0, 0.25, None, "%", "low", 0.1, "the US rate on Japanese goods, normal duty included"
        ),
        IssueAxis("jp-barriers", "JPN", 0.0, 0.1, None, "pp", "high", 0.0, "the cut of Japan's car barriers"),
    )
    names = ("ev:USA", "balance:USA:JPN", "ev:JPN")
    sq = np.array([-2000.0, -60000.0, -5000.0])
    d = np.array([-1000.0, -2500.0])
    deals = np.array([[0.25, 0.1], [0.125, 0.05], [0.0, 0.0], [0.2, 0.1]])
    payoffs = np.array([[1500.0, -1500.0], [400.0, 1200.0], [-3000.0, 4000.0], [np.nan, np.nan]])
    ok = np.array([True, True, True, False])
    pick, picked = deals[1], payoffs[1]
    offer = Offer(pick, picked, 0.874, (0.836, 0.9), 2100.0, (2000.0, 2200.0), np.array([-1600.0, -52000.0, -3800.0]))
    counter = Offer(
        np.array([0.2, 0.1]), np.array([1300.0, -2500.0]), 0.91, (0.88, 0.93), 1200.0, (1100.0, 1300.0), offer.measures
    )
    limit = DealPoint("most USA could ask", "limit", np.array([0.22, 0.1]), np.array([1500.0, -2500.0]), offer.measures)
    solution = BargainingSolution(
        "nash", "ok", "lotteries", pick[None], np.ones(1), picked[None], picked, d,
        np.array([2500.0, 6500.0]), picked - d,
        np.array([0.56, 0.57]), 0.5, "One deal.",
    )  # fmt: skip
    none = BargainingSolution(
        "egalitarian", "not-money", "lotteries", np.empty((0, 2)), np.empty(0), np.empty((0, 2)), np.full(2, np.nan), d,
        np.full(2, np.nan), np.full(2, np.nan), np.full(2, np.nan), None, "The pay-offs are not money.",
    )  # fmt: skip
    rows = (
        Concession("jp-barriers", "JPN", "USA", 0.01, -2.0, 17.0, np.inf, 0.0, 0.1, -20.0, 170.0, "both-gain"),
        Concession("us-rate", "USA", "JPN", -0.005, 20.0, 25.0, 1.25, 0.25, 0.0, 1000.0, 1200.0, "trade"),
    )
    points = (
        DealPoint("status-quo", "policy", None, np.zeros(2), sq),
        DealPoint("no-deal", "policy", None, d, sq - 1000),
        DealPoint("june", "offer", np.array([0.0, 0.025]), np.array([-2900.0, 3900.0]), sq + 10),
        DealPoint("final offer of JPN", "final-offer", pick, picked, offer.measures),
    )
    best = (
        DealPoint("best for USA", "best", deals[0], np.array([1500.0, -1500.0]), sq),
        DealPoint("best for JPN", "best", deals[2], np.array([-1000.0, 3000.0]), sq),
    )
    return Bargain(
        status="ok", parties=("USA", "JPN"), issues=axes, measure_names=names, settings=Settings(),
        payoffs=(
            PayoffRecord("USA", "mercantilist", {"ev:USA": 1.0, "balance:USA:JPN": 0.1}, False, "w", "They vary."),
            PayoffRecord("JPN", "welfare", {"ev:JPN": 1.0}, True, "w"),
        ),
        status_quo=sq,
        no_deal=NoDealResult(
            d, d, d, np.zeros(2), 0.6, 1.0, {"carried out": "no-deal"},
            {"letters-applied": np.array([-900.0, -2600.0])}, sq, "w",
            np.array([[-500.0, -1250.0], [-1500.0, -3750.0]])
        ),
        credibility=Credibility(
            "USA", 0.0, -3400.0, 0.0, 1.0, 3400.0, {"mercantilist": 3400.0, "welfare": 3900.0},
            (BreakEven("balance:USA:JPN", 0.1, 0.27, "above", 20000.0, "w"),), 0.12, (0.09, 0.16), 400,
            (3000.0, 3400.0, 3900.0), "w",
        ),
        sample=Sample(deals, payoffs, ok, ok, 1, {"no fixed point": 1}, "4 points"),
        zone=Zone("ok", np.array([True, True, False, False]), 0.34, (0.29, 0.39), np.array([0.5, 0.7]), best, "s"),
        frontier=Frontier(
            "ok", deals[2::-1], payoffs[2::-1], np.array([False, True, True]), ("weighted",) * 3,
            0, 3, 3, 0, "3 efficient deals.",
        ),
        solutions={"nash": solution, "egalitarian": none},
        concessions={"status-quo": ConcessionTable("status-quo", "ok", deals[1], rows, (), "s")},
        final_offers={
            "JPN": FinalOffer(
                "JPN", "USA", "ok", offer, -2500.0, 0.64, None, None, (), counter, limit, (0.95, 0.7), 400, "w"
            ),
        },
        points=points, solves=4, gradients=3, failed=1,
    )  # fmt: skip


def small_case() -> SimpleNamespace:
    """Return the stand-in for an Analysis: its attributes, with records of the real classes inside."""
    world = small_world()
    equilibria = _equilibria(world)
    final = {
        ("final offer of JPN", closure): StandIn(
            world, (-1600, -3800, 50), (1.004, 1.0, 1.0), (1.01, 0.99, 1.0), -52000.0
        )
        for closure in ("fixed", "balanced")
    }
    stake = Stake(
        "USA", "JPN", 151300.0, 78800.0, "customs basis, 2024", "US Census Bureau",
        (
            Piece("C29", "Motor vehicles and parts", 60000.0, 4200.0, 0.77),
            Piece("A01_02", "Agriculture", 91300.0, 74600.0, 0.23),
        ),
        (OtherBasis("deficit-general", "general imports less exports", "68.5 bn USD", "Census"),),
    )  # fmt: skip
    checked = tuple(
        SimpleNamespace(name=name, kind=kind, payoffs=np.array(u), equivalent_variation=np.array(u))
        for name, kind, u in (
            ("no-deal", "policy", [-900.0, -2400.0]),
            ("final offer of JPN", "final-offer", [300.0, 1100.0]),
        )
    )
    return SimpleNamespace(
        sheet=parse_sheet(SHEET, file="small.yaml", world=world), world=world, closure="fixed",
        closures=("fixed", "balanced"),
        horizon="long", equilibria=equilibria, third_parties=("KOR",), regions=("USA", "JPN", "KOR"), stake=stake,
        bargain=_bargain(), checked={"balanced": checked}, deals=final,
        by_elasticities=_sets(world), by_horizon=_runs(world), footprints={}, products={}, consumers={},
        decompositions={}, settings=Settings(), seconds={"policies": 0.5},
        notes=("A note.",),
    )  # fmt: skip
