"""Final offers against closed forms, grids and random deals."""

import itertools

import numpy as np
import pytest

from dealspace.bargaining import Payoff, Settings, Spread, welfare
from dealspace.bargaining.final_offer import plan_offer
from dealspace.bargaining.frontier import trace_frontier
from dealspace.bargaining.offer_search import Softened, make_draws

from .toys import EV, ToyModel, axis, linear, make_game, quadratic, wasteful_pie

SMALL = Settings(sample=128, frontier_points=12)
NAMES = ("ev:AAA", "ev:BBB", "output:BBB:S")


def signing_cost(cost=0.25):
    """AAA keeps 1 - x; BBB pays `cost` to sign and values x at w, uniform on [0, 1]: it accepts iff w x >= cost."""
    slope = np.array([[-1.0], [0.0], [1.0]])
    return ToyModel(
        (axis("x", "AAA", toward="high"),),
        NAMES,
        lambda x: np.array([1 - x[0], -cost, x[0]]),
        lambda x: slope,
        {"status-quo": np.zeros(3), "no-deal": np.zeros(3)},
    )


def plan(model, party, own, other, settings=SMALL, money=False, **more):
    game, _ = make_game(model, settings=settings, **more)
    trace_frontier(game, settings)
    return plan_offer(game, party, own, other, model.policy_values("no-deal"), settings, money=money), game


def test_the_closed_form_of_a_signing_cost():
    # max (1 - x)(1 - c / x): x = sqrt(c) = 1/2, accepted with probability 1/2, worth 1/4.
    weights = np.array([[1.0, 0, 0], [0, 1.0, 0.5]])
    draws = np.tile(weights[1], (999, 1))
    draws[:, 2] = (np.arange(999) + 0.5) / 999
    planned, _ = plan(signing_cost(), 0, weights[:1], draws, weights=weights)
    assert planned.status == "ok"
    assert planned.offer.deal[0] == pytest.approx(0.5, abs=0.02)
    assert planned.offer.acceptance == pytest.approx(0.5, abs=0.02)
    assert planned.offer.value == pytest.approx(0.25, abs=0.002)
    low, high = planned.offer.acceptance_interval
    assert low < 0.5 < high
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 999), rel=0.05)
    assert planned.draws == 999
    assert "accepts it in" in planned.words


def test_the_empirical_optimum_is_found():
    payoff = Payoff(
        "BBB", "custom", {"ev:BBB": 1, "output:BBB:S": 0.5}, spread={"output:BBB:S": Spread("uniform", 0, 1)}
    )
    draws = payoff.draw(NAMES)
    weights = np.array([[1.0, 0, 0], payoff.vector(NAMES)])
    planned, _ = plan(signing_cost(), 0, weights[:1], draws, weights=weights)
    fine = np.linspace(0, 1, 20_001)
    value = (1 - fine) * (np.outer(fine, draws[:, 2]) >= 0.25).mean(axis=1)
    assert planned.offer.value >= value.max() * 0.999


def test_what_certainty_costs():
    # w is 0.5 or 1, evenly; c = 0.25: x = 0.25 convinces half (worth 0.375), x = 0.5 convinces all (worth 0.5).
    weights = np.array([[1.0, 0, 0], [0, 1.0, 0.75]])
    draws = np.tile(weights[1], (10, 1))
    draws[:, 2] = [0.5, 1.0] * 5
    planned, _ = plan(signing_cost(), 0, weights[:1], draws, weights=weights)
    assert planned.offer.deal[0] == pytest.approx(0.5, abs=1e-3)
    assert planned.offer.value == pytest.approx(0.5, abs=1e-3)
    assert planned.certain is not None
    assert planned.given_up == pytest.approx(0.0, abs=1e-9)
    # w is 0.3 or 1: certainty needs x = 5/6, worth 1/6; x = 0.25 is worth 0.375.
    draws[:, 2] = [0.3, 1.0] * 5
    planned, _ = plan(signing_cost(), 0, weights[:1], draws, weights=weights)
    assert planned.offer.value == pytest.approx(0.375, abs=1e-3)
    assert planned.offer.acceptance == 0.5
    assert planned.certain.value == pytest.approx(1 / 6, abs=1e-3)
    assert planned.given_up == pytest.approx(0.375 - 1 / 6, abs=2e-3)
    assert "worth 0.208 less" in planned.words or "worth 0.209 less" in planned.words


def test_known_weights_take_the_whole_surplus():
    planned, _ = plan(wasteful_pie(no_deal=(0.1, 0.3)), 0, np.eye(2)[:1], np.eye(2)[1:], money=True)
    np.testing.assert_allclose(planned.offer.payoffs, [0.7, 0.3], atol=1e-4)
    assert planned.offer.acceptance == 1.0
    assert planned.offer.acceptance_interval == (1.0, 1.0)
    assert planned.surplus_share == pytest.approx(1.0, abs=1e-3)
    assert planned.no_deal == pytest.approx(0.1)
    # The other side's best reply leaves the first party at its no deal.
    np.testing.assert_allclose(planned.limit.payoffs, [0.1, 0.9], atol=1e-4)
    assert "taken as known" in planned.words


def test_expected_value_counts_no_deal_when_refused():
    planned, _ = plan(wasteful_pie(no_deal=(0.1, 0.3)), 1, np.eye(2)[1:], np.array([[1.0, 0.0], [1.0, -1.0]]))
    # Draw two of AAA wants u1 - u2 >= -0.2 too; d_B = 0.3 comes back whenever it refuses.
    offer = planned.offer
    assert offer.value == pytest.approx(
        0.3 + np.mean([1.0, offer.acceptance == 1.0]) * (offer.payoffs[1] - 0.3), abs=1e-6
    )


def test_no_zone_no_offer():
    planned, _ = plan(wasteful_pie(no_deal=(0.7, 0.7)), 0, np.eye(2)[:1], np.eye(2)[1:])
    assert planned.status == "no-zone"
    assert planned.offer is None
    assert planned.limit is None
    assert planned.no_deal == pytest.approx(0.7)
    assert "no offer" in planned.words


def test_all_deals_failing_leaves_no_offer():
    planned, _ = plan(linear([[1.0], [-1.0]], fails=lambda x: True), 0, np.eye(2)[:1], np.eye(2)[1:])
    assert (planned.status, planned.offer) == ("failed", None)


def test_an_indifferent_side_accepts_everything_at_its_no_deal():
    planned, _ = plan(linear([[1.0], [0.0]]), 0, np.eye(2)[:1], np.eye(2)[1:])
    assert planned.offer.payoffs[0] == pytest.approx(1.0)
    assert planned.offer.acceptance == 1.0


def uncertain(seed):
    own = welfare("AAA").vector(EV)[None, :]
    other = Payoff("BBB", "custom", {"ev:BBB": 1.0, "ev:AAA": -0.2}, spread={"ev:AAA": Spread("uniform", -0.8, 0.4)})
    return own, other.draw(EV, 200, np.random.default_rng(seed)), np.array([own[0], other.vector(EV)])


@pytest.mark.parametrize("seed", range(5))
def test_offers_are_not_beaten_by_random_deals_or_a_grid(seed):
    model = quadratic(seed)
    own, other, weights = uncertain(seed)
    planned, game = plan(model, 0, own, other, Settings(sample=256), weights=weights)
    draws = make_draws(game, 0, own, other, model.policy_values("no-deal"))
    rng = np.random.default_rng(seed)
    grid = np.array(list(itertools.product(np.linspace(0, 1, 5), repeat=4)))
    every = model.evaluate(np.vstack([rng.random((20_000, 4)), grid])).values
    best = draws.value(every).max()
    surplus = max(best - planned.no_deal, 1e-9)
    assert planned.offer.value >= best - 1e-3 * surplus
    values = [planned.offer.value] + [offer.value for offer in planned.alternatives]
    assert values == sorted(values, reverse=True)
    deals = np.array([planned.offer.deal] + [offer.deal for offer in planned.alternatives])
    apart = np.abs(deals[:, None] - deals[None]).max(axis=2) + np.eye(len(deals))
    assert apart.min() >= 0.2


def test_the_softened_slope_is_the_derivative():
    model = quadratic(1)
    own, other, weights = uncertain(1)
    game, _ = make_game(model, weights=weights)
    row = Softened(make_draws(game, 0, own, other, model.policy_values("no-deal")), 0.3, 2.0)
    at = np.array([1.3, -0.4])
    steps = np.eye(2) * 1e-6
    numeric = [(row.value(at + step) - row.value(at - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(row.slope(at), numeric, rtol=1e-6)
