"""The whole analysis: consistency between its parts, seeds, statuses, JSON."""

import json

import numpy as np
import pytest

from dealspace.bargaining import (
    Inputs,
    NoDealTerms,
    Payoff,
    Settings,
    Spread,
    analyze_bargain,
    plain,
    political,
    welfare,
)
from dealspace.errors import DealspaceError, NotConvergedError

from .toys import linear, points, quadratic, wasteful_pie

SMALL = Settings(sample=128, frontier_points=10)
BOTH = (welfare("AAA"), welfare("BBB"))


def uncertain():
    other = Payoff("BBB", "custom", {"ev:BBB": 1.0, "ev:AAA": -0.2}, spread={"ev:AAA": Spread("uniform", -0.8, 0.4)})
    return Inputs((welfare("AAA"), other), NoDealTerms("AAA"), {"tabled": np.array([0.5, 0.2, 0.9, 0.1])})


@pytest.fixture(scope="module")
def bargain():
    return analyze_bargain(quadratic(3), uncertain(), SMALL)


def test_parts_agree(bargain):
    assert bargain.status == bargain.zone.status == "ok"
    names = [point.name for point in bargain.points]
    assert names[:3] == ["status-quo", "no-deal", "tabled"]
    assert len(set(names)) == len(names)
    weights = np.array([[1.0, 0.0], [-0.2, 1.0]])
    for point in bargain.points:
        np.testing.assert_allclose(weights @ (point.measures - bargain.status_quo), point.payoffs, atol=1e-9)
    assert bargain.change(bargain.points[1], "ev:BBB") == pytest.approx(bargain.points[1].measures[1])
    assert set(bargain.concessions) == {"status-quo", "no-deal", "tabled"}
    assert set(bargain.final_offers) == {"AAA", "BBB"}
    # AAA's weights are known, BBB's are not.
    assert bargain.final_offers["BBB"].draws == 1
    assert bargain.final_offers["AAA"].draws == 500
    assert bargain.credibility.threatener == "AAA"
    assert bargain.payoffs[1].uncertainty != ""


def test_every_solution_is_individually_rational_and_no_better_than_the_ideal(bargain):
    for name in ("nash", "kalai-smorodinsky"):
        solution = bargain.solutions[name]
        assert (solution.gains >= -1e-6).all()
        assert (solution.payoffs <= solution.ideal + 1e-6).all()
    assert bargain.solutions["egalitarian"].status == "not-money"
    for point in bargain.zone.best:
        assert (point.payoffs >= bargain.no_deal.payoff - 1e-5).all()


def test_the_same_seed_gives_the_same_answer_and_another_one_nearly(bargain):
    again = analyze_bargain(quadratic(3), uncertain(), SMALL)
    np.testing.assert_array_equal(again.solutions["nash"].payoffs, bargain.solutions["nash"].payoffs)
    np.testing.assert_array_equal(again.final_offers["AAA"].offer.deal, bargain.final_offers["AAA"].offer.deal)
    other = analyze_bargain(quadratic(3), uncertain(), Settings(seed=1, sample=256, frontier_points=14))
    np.testing.assert_allclose(other.solutions["nash"].gains, bargain.solutions["nash"].gains, rtol=5e-3)


def test_results_are_json(bargain):
    text = json.dumps(plain(bargain), allow_nan=False)
    back = json.loads(text)
    assert back["solutions"]["nash"]["payoffs"] == bargain.solutions["nash"].payoffs.tolist()
    assert back["settings"]["seed"] == SMALL.seed


def test_progress_runs_from_start_to_end():
    seen = []
    analyze_bargain(wasteful_pie(), Inputs(BOTH), SMALL, lambda stage, fraction: seen.append((stage, fraction)))
    fractions = [fraction for _, fraction in seen]
    assert fractions == sorted(fractions)
    assert (seen[0], seen[-1]) == (("no deal", 0.0), ("done", 1.0))


def test_no_threat_no_credibility():
    assert analyze_bargain(wasteful_pie(), Inputs(BOTH), SMALL).credibility is None


def test_an_empty_zone_runs_through():
    found = analyze_bargain(wasteful_pie(no_deal=(0.7, 0.7)), Inputs(BOTH, NoDealTerms("AAA")), SMALL)
    assert found.status == "no-zone"
    assert found.zone.best == ()
    assert all(solution.status == "no-zone" for solution in found.solutions.values())
    assert all(offer.status == "no-zone" for offer in found.final_offers.values())
    assert not found.frontier.rational.any()
    json.dumps(plain(found), allow_nan=False)


def test_all_deals_failing_runs_through():
    found = analyze_bargain(linear([[1.0], [-1.0]], fails=lambda x: True), Inputs(BOTH), SMALL)
    assert found.status == "failed"
    assert found.failed == len(np.unique(found.sample.deals, axis=0))
    assert all(solution.status == "failed" for solution in found.solutions.values())
    assert found.concessions["status-quo"].status == "failed"
    json.dumps(plain(found), allow_nan=False)


def test_one_deal_only():
    found = analyze_bargain(points([(1.0, 2.0)]), Inputs(BOTH), SMALL)
    assert len(found.frontier.deals) == 1
    np.testing.assert_array_equal(found.solutions["nash"].payoffs, [1.0, 2.0])
    assert found.final_offers["AAA"].offer.payoffs.tolist() == [1.0, 2.0]


def test_a_status_quo_without_solution_is_an_error():
    model = wasteful_pie()

    def fail(name):
        raise NotConvergedError("the status quo has no solution")

    model.policy_values = fail
    with pytest.raises(NotConvergedError, match="status quo"):
        analyze_bargain(model, Inputs(BOTH), SMALL)


def test_wrong_inputs_are_named():
    with pytest.raises(DealspaceError, match="beta"):
        analyze_bargain(wasteful_pie(), Inputs(BOTH), Settings(beta=1.0))
    with pytest.raises(DealspaceError, match="BBB is not AAA"):
        analyze_bargain(wasteful_pie(), Inputs(BOTH[::-1]), SMALL)
    with pytest.raises(DealspaceError, match="va:AAA:C29"):
        analyze_bargain(wasteful_pie(), Inputs((political("AAA", {"C29": 1.0}), BOTH[1])), SMALL)


def test_offers_outside_the_box_are_noted():
    inputs = Inputs(BOTH, NoDealTerms(), {"wild": np.array([2.0, 0.5])})
    found = analyze_bargain(wasteful_pie(), inputs, SMALL)
    assert "wild lies outside" in found.notes[0]


def test_the_counter_is_the_other_sides_own_offer(bargain):
    first, second = bargain.parties
    assert bargain.final_offers[first].counter is bargain.final_offers[second].offer
    assert bargain.final_offers[second].counter is bargain.final_offers[first].offer


def test_acceptance_over_the_threats_strength():
    # A threat that hurts the second party makes it accept more, the likelier it is: at q = 1 any share of the pie.
    model = wasteful_pie(no_deal=(0.2, -0.5))
    terms = NoDealTerms("AAA", q=0.5, q_interval=(0.0, 1.0))
    found = analyze_bargain(model, Inputs(uncertain().payoffs, terms), SMALL)
    weak, strong = found.final_offers["AAA"].acceptance_over_threat
    assert weak < strong
    np.testing.assert_allclose(found.no_deal.measures_range[1] - found.status_quo, [0.2, -0.5], atol=1e-12)
