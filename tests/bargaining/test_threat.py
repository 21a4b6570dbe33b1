"""No deal and credibility, against hand calculation."""

import numpy as np
import pytest

from dealspace.bargaining import NoDealTerms
from dealspace.bargaining.credibility import assess_threat, break_even_weight
from dealspace.bargaining.no_deal import Branches, branches, expect_no_deal
from dealspace.errors import DealspaceError, UnknownNameError

from .toys import EV, ToyModel, axis

WEIGHTS = np.array([[1.0, 0.0], [0.0, 2.0]])
POLICIES = {
    "status-quo": np.array([10.0, 20.0]),
    "no-deal": np.array([4.0, 12.0]),
    "answered": np.array([0.0, 10.0]),
    "before": np.array([13.0, 25.0]),
}


def model(**more):
    return ToyModel((axis("x", "AAA"),), EV, lambda x: x, lambda x: x, POLICIES | more)


def test_expected_payoffs_of_no_deal_by_hand():
    terms = NoDealTerms("AAA", struck_down="before", q=0.6, s=0.75, q_interval=(0.5, 1.0))
    result = expect_no_deal(model(), terms, WEIGHTS, POLICIES["status-quo"])
    # First: 0.6 [0.75 (-6) + 0.25 (3)] + 0.4 (0) = -2.25; second, weight 2: 0.6 [0.75 (-16) + 0.25 (10)] = -5.7.
    np.testing.assert_allclose(result.payoff, [-2.25, -5.7])
    np.testing.assert_allclose(result.carried_out, [-6, -16])
    np.testing.assert_allclose(result.struck_down, [3, 10])
    np.testing.assert_allclose(result.otherwise, [0, 0])
    # The pay-off of the expected measures is the expected pay-off.
    np.testing.assert_allclose(WEIGHTS @ (result.measures - POLICIES["status-quo"]), result.payoff)
    np.testing.assert_allclose(result.payoff_range, [[-1.875, -4.75], [-3.75, -9.5]])
    assert "probability 60%" in result.words
    assert "75%" in result.words


def test_retaliation_mixes_with_its_probability():
    terms = NoDealTerms("AAA", retaliation="answered", r=0.25)
    parts = branches(model(), terms)
    # 0.75 (4, 12) + 0.25 (0, 10)
    np.testing.assert_allclose(parts.carried_out, [3.0, 11.5])
    assert "answered by 'answered'" in expect_no_deal(model(), terms, WEIGHTS, POLICIES["status-quo"]).words


def test_both_readings_of_the_background_against_their_own_status_quo():
    toy = model(**{"no-deal@letters": np.array([5.0, 9.0]), "status-quo@letters": np.array([8.0, 21.0])})
    toy.backgrounds = ("letters",)
    terms = NoDealTerms("AAA", q=0.5)
    result = expect_no_deal(toy, terms, WEIGHTS, POLICIES["status-quo"])
    np.testing.assert_allclose(result.by_background["letters"], [-1.5, -12.0])
    np.testing.assert_allclose(result.payoff, [-3.0, -8.0])


def test_unknown_policies_and_impossible_probabilities_are_refused():
    with pytest.raises(UnknownNameError, match="no-deall"):
        branches(model(), NoDealTerms("AAA", threat="no-deall"))
    with pytest.raises(DealspaceError, match=r"s is a probability and cannot be 1\.2"):
        NoDealTerms("AAA", s=1.2)


NAMES = ("ev:USA", "balance:USA:JPN", "ev:CHN")
# Carrying out costs 30 of welfare and improves the balance by 100; struck down costs 10 and improves it by 0.
PARTS = Branches(
    carried_out=np.array([-30.0, 100.0, 1.0]),
    struck_down=np.array([-10.0, 0.0, 0.0]),
    otherwise=np.array([0.0, 0.0, 0.0]),
)
TERMS = NoDealTerms("USA", s=0.5)


def credibility(weights, **more):
    return assess_threat(
        PARTS, TERMS, np.asarray(weights, dtype=float), NAMES, np.zeros(3), watched=("balance:USA:JPN",), **more
    )


def test_break_even_cost_by_hand():
    # U(back down) 0; 0.5 (-30) + 0.5 (-10) = -20.
    result = credibility([1, 0, 0])
    assert result.break_even_cost == pytest.approx(20.0)
    assert (result.back_down, result.carried_out, result.struck_down) == (0.0, -30.0, -10.0)
    assert "costs USA 20 more" in result.words


def test_break_even_weight_on_the_balance_makes_the_threat_just_pay():
    # The balance improves by 50 in expectation, welfare falls by 20: 0.4 per USD.
    result = credibility([1, 0, 0])
    on_balance = next(item for item in result.break_even if item.measure == "balance:USA:JPN")
    assert on_balance.weight == pytest.approx(0.4)
    assert on_balance.credible_when == "above"
    assert on_balance.change == pytest.approx(50.0)
    assert credibility([1, 0.4, 0]).break_even_cost == pytest.approx(0.0, abs=1e-12)
    assert credibility([1, 0.41, 0]).break_even_cost < 0
    # 0.2 x 50 = 10 of gain bears 20 of welfare loss up to a weight of 0.5.
    on_welfare = break_even_weight(np.array([1.0, 0.2]), np.array([-20.0, 50.0]), 0, "ev:USA")
    assert (on_welfare.weight, on_welfare.credible_when) == (pytest.approx(0.5), "below")
    assert "worth more than 0.4" in on_balance.words


def test_a_negative_root_is_said_in_plain_words():
    # The threat gains 20 of welfare and 50 of balance: it pays unless the balance counts for less than -0.4.
    even = break_even_weight(np.array([1.0, 0.2]), np.array([20.0, 50.0]), 1, "balance:USA:JPN")
    assert even.weight == pytest.approx(-0.4)
    assert "at any weight from zero up" in even.words
    never = break_even_weight(np.array([1.0, 0.2]), np.array([-20.0, -50.0]), 1, "balance:USA:JPN")
    assert (never.weight, never.credible_when) == (pytest.approx(-0.4), "below")
    assert "at no positive weight" in never.words


def test_a_measure_that_does_not_move_decides_nothing():
    change = np.array([0.0, 2.0])
    even = break_even_weight(np.array([1.0, 1.0]), change, 0, "ev:USA")
    assert (even.weight, even.credible_when) == (None, "always")
    assert break_even_weight(np.array([1.0, -1.0]), change, 0, "ev:USA").credible_when == "never"


def test_share_of_draws_for_which_it_is_credible():
    draws = np.zeros((100, 3))
    draws[:, 0] = 1.0
    draws[:, 1] = (np.arange(100) + 0.5) / 100  # credible from 0.4 on: 60 of 100
    result = credibility([1, 0.5, 0], draws=draws, presets={"welfare": np.array([1.0, 0, 0])})
    assert result.share_credible == pytest.approx(0.6)
    assert result.share_interval is not None
    # Wilson's interval for 60 of 100.
    np.testing.assert_allclose(result.share_interval, (0.5020, 0.6906), atol=1e-4)
    assert result.by_preset == {"welfare": pytest.approx(20.0)}
    assert result.cost_quantiles is not None
    assert result.cost_quantiles[1] == pytest.approx(20 - 50 * 0.5)
    assert "60%" in result.words
