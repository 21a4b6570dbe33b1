"""From sheets to wedges: cells worked out by hand, brute force, gradients, and what must agree."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.instruments.small_world import ISSUES, MEASURES, ROWS, cell, small_sheet, small_world

from dealspace.core.wedges import Wedges, no_change
from dealspace.errors import PolicyError, SheetError, UnknownNameError
from dealspace.instruments.compile import check_deal, compile_deals, compile_policy

WORLD = small_world()
#: Duties by line under the status quo, worked out by hand from the acts.
STATUS_QUO = {
    "8703230190": 0.275, "8704310120": 0.50, "8708295160": 0.275, "8701100100": 0.10, "7208510030": 0.50,
    "7403110000": 0.01, "7108121020": 0.10, "8542310001": 0.0, "9018908000": 0.10, "0201305085": 0.364,
}  # fmt: skip
NO_DEAL = STATUS_QUO | {"8701100100": 0.25, "7108121020": 0.25, "9018908000": 0.25, "0201305085": 0.514}
#: Under an inclusive 15 % for all goods and for cars: max(normal duty, 15 %), metals and annex II as they were.
DEAL = STATUS_QUO | {
    "8703230190": 0.15, "8704310120": 0.25, "8708295160": 0.15, "8701100100": 0.15, "7108121020": 0.15,
    "9018908000": 0.15, "0201305085": 0.264,
}  # fmt: skip


def by_lines(sector: str, duties: dict[str, float], eta: float) -> tuple[float, float]:
    """Price factor and revenue rate of a cell of Japan, line by line."""
    rows = [row for row in ROWS if row[0] == "JPN" and row[2] == sector]
    value = np.array([row[3] for row in rows])
    tau0 = 1 + np.array([row[4] for row in rows])
    tau = 1 + np.array([duties[row[1]] for row in rows])
    share = value * tau0 / (value * tau0).sum()
    ratio = tau / tau0
    price = np.exp((share * np.log(ratio)).sum()) if eta == 1 else (share * ratio ** (1 - eta)).sum() ** (1 / (1 - eta))
    new = share * (ratio / price) ** (1 - eta)
    return price, 1 / (new / tau).sum() - 1


def both(left: Wedges, right: Wedges) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pair the arrays of two sets of wedges, those of quotas among them."""
    pair = jax.tree.leaves(left), jax.tree.leaves(right)
    return [(np.asarray(a), np.asarray(b)) for a, b in zip(*pair, strict=True)]


@pytest.mark.parametrize("eta", [1.0, 2.0, 3.5])
@pytest.mark.parametrize("sector", ["A01", "C24", "C26", "C29"])
@pytest.mark.parametrize(("policy", "duties"), [("status-quo", STATUS_QUO), ("no-deal", NO_DEAL)])
def test_cells_by_brute_force(policy: str, duties: dict[str, float], sector: str, eta: float) -> None:
    found = compile_policy(small_sheet(), WORLD, policy, eta=eta)
    at = cell(WORLD, "USA", "JPN", sector)
    price, rate = by_lines(sector, duties, eta)
    assert found.tariff_price[at] == pytest.approx(price, rel=1e-14)
    assert found.tariff[at] == pytest.approx(rate, rel=1e-13)


@pytest.mark.parametrize("eta", [1.0, 2.0])
@pytest.mark.parametrize("sector", ["A01", "C24", "C26", "C29"])
def test_a_deal_by_brute_force(sector: str, eta: float) -> None:
    deals = compile_deals(small_sheet(), WORLD, eta=eta)
    wedges = deals.wedges(np.array([0.15, 0.15, 0.5, 0.05]))
    at = cell(WORLD, "USA", "JPN", sector)
    price, rate = by_lines(sector, DEAL, eta)
    assert float(wedges.price_hat[at]) == pytest.approx(price, rel=1e-11)
    assert float(wedges.tau[at]) - 1 == pytest.approx(rate, rel=1e-10)


def test_cells_by_hand() -> None:
    """One-line cells need no nest: beef 26.4 + 10; a car cell lies between what its lines pay."""
    policy = compile_policy(small_sheet(), WORLD, "status-quo")
    beef = cell(WORLD, "USA", "JPN", "A01")
    assert policy.tariff[beef] == pytest.approx(0.364, abs=1e-15)
    assert policy.tariff_price[beef] == pytest.approx(1.364 / 1.264, rel=1e-15)
    assert 0.10 < policy.tariff[cell(WORLD, "USA", "JPN", "C29")] < 0.50
    cut = compile_deals(small_sheet(), WORLD).wedges(np.array([0.0, 0.025, 0.5, 0.05]))
    assert float(cut.tau[cell(WORLD, "JPN", "USA", "A01")]) == pytest.approx(1.015, abs=1e-15)  # half of 3 %
    barrier = float(cut.trade_cost[cell(WORLD, "JPN", "USA", "C29")])
    assert barrier == pytest.approx(1.15 / 1.20, rel=1e-15)


def test_no_act_is_no_change() -> None:
    policy = compile_policy(small_sheet(), WORLD, "before")
    assert np.array_equal(policy.tariff, WORLD.tariff)
    for got, base in both(policy.wedges, no_change(WORLD.baseline)):
        assert np.array_equal(got, base)


def test_an_issue_at_its_neutral_end_is_no_change() -> None:
    deals = compile_deals(small_sheet(), WORLD, issues=["farm", "barrier"])
    before = compile_policy(small_sheet(), WORLD, "status-quo").wedges
    for got, base in both(deals.wedges(np.zeros(2)), before):
        assert np.abs(got - base).max(initial=0.0) < 2e-15


def test_only_the_pairs_of_an_act_change() -> None:
    policy = compile_policy(small_sheet(), WORLD, "no-deal")
    changed = np.argwhere(policy.tariff_price != 1.0)
    assert {tuple(row[:2]) for row in changed} == {(0, 1)}
    assert np.array_equal(policy.tariff[0, 2], WORLD.tariff[0, 2])


def test_offers_agree_with_the_map() -> None:
    """Compiled as constants or traced, the same deal gives the same wedges."""
    terms = {"general": "15%", "autos": "12.5%", "farm": "40%", "barrier": "4 pp"}
    sheet = small_sheet(offers={"o": {"by": "USA", "date": "2025-07-01", **terms}})
    x = np.array([0.15, 0.125, 0.40, 0.04])
    fixed, moving = compile_policy(sheet, WORLD, "o").wedges, compile_deals(sheet, WORLD).wedges(x)
    for got, expected in both(moving, fixed):
        assert np.abs(got - expected).max(initial=0.0) < 1e-11


def test_a_policy_written_as_acts_agrees_with_the_map() -> None:
    acts: dict[str, Any] = {
        "deal-general": ISSUES["general"] | {"rate": "15%", "replaces": "reciprocal-10", "source": "a test"},
        "deal-autos": ISSUES["autos"] | {"rate": "15%", "replaces": "s232-autos", "source": "a test"},
        "deal-farm": ISSUES["farm"] | {"rate": "50%", "source": "a test"},
    }
    for act in acts.values():
        act.pop("range")
        act.pop("lifts", None)
    policies = {"before": [], "status-quo": ["reciprocal-10", "s232-autos", "s232-metals"], "no-deal": ["letter-25"]}
    policies["deal"] = ["s232-metals", *acts]
    sheet = small_sheet(measures=MEASURES | acts, policies=policies)
    fixed = compile_policy(sheet, WORLD, "deal").wedges
    moving = compile_deals(sheet, WORLD, issues=["general", "autos", "farm"]).wedges(np.array([0.15, 0.15, 0.5]))
    for got, expected in both(moving, fixed):
        assert np.abs(got - expected).max(initial=0.0) < 1e-11


def test_an_offer_leaves_open_issues_as_they_are() -> None:
    sheet = small_sheet(offers={"o": {"by": "USA", "date": "2025-07-01", "autos": "15%"}})
    offer, status_quo = compile_policy(sheet, WORLD, "o"), compile_policy(sheet, WORLD, "status-quo")
    instruments = cell(WORLD, "USA", "JPN", "C26")
    assert offer.tariff[instruments] == status_quo.tariff[instruments]
    cars = cell(WORLD, "USA", "JPN", "C29")
    assert offer.tariff[cars] < status_quo.tariff[cars] - 0.1


def test_gradient_against_central_differences() -> None:
    deals = compile_deals(small_sheet(), WORLD)
    x = np.array([0.12, 0.18, 0.35, 0.06])

    def total(deals: Any, x: Any) -> jax.Array:
        wedges: Wedges = deals.wedges(x)
        weights = jnp.arange(wedges.tau.size, dtype=jnp.float64).reshape(wedges.tau.shape) / wedges.tau.size
        return (weights * (wedges.price_hat + 2.0 * wedges.tau + 3.0 * wedges.trade_cost)).sum()

    slope = jax.jit(jax.grad(total, argnums=1))(deals, x)
    for k in range(4):
        step = np.eye(4)[k] * 1e-6
        numeric = (float(total(deals, x + step)) - float(total(deals, x - step))) / 2e-6
        assert float(slope[k]) == pytest.approx(numeric, rel=2e-6)
        assert abs(numeric) > 1e-3


def test_deals_are_traced_and_batched() -> None:
    deals = compile_deals(small_sheet(), WORLD)
    many = np.linspace(0, 1, 5)[:, None] * (np.asarray(deals.high) - np.asarray(deals.low)) + np.asarray(deals.low)
    batch = jax.jit(jax.vmap(lambda d, x: d.wedges(x).tau, in_axes=(None, 0)))(deals, many)
    for row, x in zip(batch, many, strict=True):
        assert np.abs(np.asarray(row) - np.asarray(deals.wedges(x).tau)).max() < 1e-15
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree_util.tree_leaves(deals))
    hash(jax.tree_util.tree_structure(deals))


def test_a_barrier_and_a_duty_in_one_cell() -> None:
    """Price and revenue factors hold jointly: tauP_hat d_hat is the nest of both."""
    issues = {"barrier": ISSUES["barrier"], "cars": ISSUES["farm"] | {"products": "C29"}}
    deals = compile_deals(small_sheet(issues=issues), WORLD)
    wedges = deals.wedges(np.array([0.10, 0.5]))
    at = cell(WORLD, "JPN", "USA", "C29")
    assert float(wedges.price_hat[at] * wedges.trade_cost[at]) == pytest.approx(1.015 / 1.03 * 1.1 / 1.2, rel=1e-14)
    assert float(wedges.tau[at]) == pytest.approx(1.015, rel=1e-14)


def test_coverage_splits_a_cell_without_lines() -> None:
    acts = {"half": MEASURES["s232-autos"] | {"on": "ROW", "products": "C29", "coverage": "40%"}}
    policies = {"before": [], "status-quo": ["half"], "no-deal": ["half"]}
    issues = {"farm": ISSUES["farm"]}
    policy = compile_policy(small_sheet(measures=acts, policies=policies, issues=issues), WORLD, "status-quo")
    at = cell(WORLD, "USA", "ROW", "C29")
    price = 1 / (0.4 * 1.03 / 1.28 + 0.6)  # eta = 2, normal duty 3 %
    kept = 0.4 * (1.03 / 1.28) * price
    assert policy.tariff_price[at] == pytest.approx(price, rel=1e-14)
    assert policy.tariff[at] == pytest.approx(1 / (kept / 1.28 + (1 - kept) / 1.03) - 1, rel=1e-13)


def test_a_letter_to_a_group_reaches_each_member() -> None:
    acts = {"both": MEASURES["letter-25"] | {"on": "PAIR", "products": ["A01", "C29"], "except": ["s232-autos"]}}
    acts["both"].pop("replaces")
    acts["s232-autos"] = MEASURES["s232-autos"] | {"on": "PAIR"}
    policies: dict[str, list[str]] = {"before": [], "status-quo": [], "no-deal": ["both"]}
    sheet = small_sheet(measures=acts, policies=policies, issues={"farm": ISSUES["farm"]})
    policy = compile_policy(sheet, WORLD, "no-deal")
    assert policy.tariff[cell(WORLD, "USA", "JPN", "A01")] == pytest.approx(0.514, abs=1e-15)
    assert policy.tariff[cell(WORLD, "USA", "MEX", "A01")] == pytest.approx(0.27, abs=1e-15)
    assert policy.tariff[cell(WORLD, "USA", "MEX", "C29")] == 0.0  # its cars and parts are on the auto list
    assert policy.tariff[cell(WORLD, "USA", "ROW", "A01")] == WORLD.tariff[cell(WORLD, "USA", "ROW", "A01")]


def test_what_cannot_be_told_apart_is_one_fault_with_its_cure() -> None:
    issues = ISSUES | {"cars": ISSUES["farm"] | {"products": "hs:8703"}}
    sheet = small_sheet(issues=issues)
    with pytest.raises(SheetError) as error:
        compile_deals(sheet, WORLD)
    (fault,) = error.value.faults
    assert fault.path == "issues.cars.products"
    assert "JPN's imports from USA" in fault.message
    assert "'coverage'" in fault.message
    compile_deals(sheet, WORLD, issues=["general", "autos"])


def test_names_that_are_not_there() -> None:
    with pytest.raises(UnknownNameError, match="unknown policy 'nodeal'; did you mean 'no-deal'"):
        compile_policy(small_sheet(), WORLD, "nodeal")
    with pytest.raises(UnknownNameError, match="unknown issue 'auto'; did you mean 'autos'"):
        compile_deals(small_sheet(), WORLD, issues=["auto"])


def test_a_deal_out_of_bounds_is_refused_at_the_door() -> None:
    deals = compile_deals(small_sheet(), WORLD)
    check_deal(deals, np.array([0.0, 0.5, 1.0, 0.10]))
    with pytest.raises(PolicyError, match=r"autos: 0\.6 is outside its range 0 to 0\.5"):
        check_deal(deals, np.array([0.0, 0.6, 1.0, 0.1]))
    with pytest.raises(PolicyError, match="4 entries"):
        check_deal(deals, np.zeros(3))
    levels = small_sheet(issues={"farm": ISSUES["farm"] | {"levels": ["0%", "50%", "100%"]}})
    with pytest.raises(PolicyError, match=r"farm: 0\.3 is none of its levels 0, 0\.5, 1"):
        check_deal(compile_deals(levels, WORLD), np.array([0.3]))
