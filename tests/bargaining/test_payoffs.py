"""Weights: presets, words, draws, and what is read from a sheet's preferences."""

from types import SimpleNamespace

import numpy as np
import pytest

from dealspace.bargaining import Payoff, Spread, custom, describe, mercantilist, political, welfare
from dealspace.bargaining.from_sheet import (
    no_deal_terms,
    offers_of,
    payoff_of,
    required_measures,
    threatener_of,
)
from dealspace.bargaining.payoffs import measure_words
from dealspace.errors import DealspaceError, UnknownNameError
from dealspace.termsheet.preferences import Mercantilist, Political

from .toys import axis

NAMES = ("ev:USA", "ev:JPN", "va:JPN:C29", "balance:USA:JPN", "output:USA:C29")


@pytest.mark.parametrize(
    ("payoff", "vector"),
    [
        (welfare("USA"), [1, 0, 0, 0, 0]),
        (political("JPN", {"C29": 0.5}), [0, 1, 0.5, 0, 0]),
        (mercantilist("USA", "JPN", 0.2, {"C29": 0.1}), [1, 0, 0, 0.2, 0.1]),
        (custom("USA", {"ev:JPN": -1}), [0, -1, 0, 0, 0]),
    ],
)
def test_presets_weigh_the_named_measures(payoff, vector):
    assert payoff.vector(NAMES).tolist() == vector


def test_payoffs_are_money_where_own_welfare_counts_as_one():
    assert welfare("USA").money
    assert political("JPN", {"C29": 0.5}).money
    assert mercantilist("USA", "JPN", 0.2).money
    assert not mercantilist("USA", "JPN", 0.2, ev=0.5).money
    assert not custom("USA", {"balance:USA:JPN": 1.0}).money


def test_a_missing_measure_is_named_with_near_matches():
    with pytest.raises(UnknownNameError, match=r"'va:JPN:C30'.*va:JPN:C29"):
        political("JPN", {"C30": 0.5}).vector(NAMES)


def test_no_weights_and_weights_that_are_no_numbers_are_refused():
    with pytest.raises(DealspaceError, match="no weights"):
        Payoff("USA", "custom", {})
    with pytest.raises(DealspaceError, match="ev:USA is not a finite number"):
        custom("USA", {"ev:USA": float("nan")})


def test_describe_names_every_weight():
    text = describe(mercantilist("USA", "JPN", 0.2, {"C29": 0.1}))
    assert "USA (mercantilist)" in text
    assert "USA's goods balance with JPN as 0.2" in text
    assert "output of C29 in USA as 0.1" in text
    assert describe(welfare("USA")).startswith("USA (welfare)")
    assert "specific factors" in describe(political("JPN", {"C29": 0.5}))


def test_measures_in_words():
    assert measure_words("va:JPN:C29") == "real value added of C29 in JPN"
    assert measure_words("revenue:USA") == "duty revenue of USA"
    assert measure_words("something:else:again:x") == "something:else:again:x"


def test_draws_follow_the_distribution_and_its_seed():
    spread = {"balance:USA:JPN": Spread("uniform", 0.1, 0.3)}
    payoff = Payoff("USA", "custom", {"ev:USA": 1, "balance:USA:JPN": 0.2}, spread=spread, draws=4000, seed=3)
    draws = payoff.draw(NAMES)
    assert draws.shape == (4000, 5)
    assert (draws[:, 0] == 1).all()
    assert draws[:, 3].min() >= 0.1
    assert draws[:, 3].max() <= 0.3
    assert draws[:, 3].mean() == pytest.approx(0.2, abs=0.003)
    np.testing.assert_array_equal(draws, payoff.draw(NAMES))


def test_relative_draws_are_factors_on_the_central_weight():
    spread = {"balance:USA:JPN": Spread("lognormal", 1.0, 0.5, relative=True)}
    payoff = Payoff("USA", "custom", {"balance:USA:JPN": -0.2}, spread=spread, draws=4001)
    column = payoff.draw(NAMES)[:, 3]
    assert (column < 0).all()
    assert np.median(column) == pytest.approx(-0.2, rel=0.05)
    assert np.log(-column).std() == pytest.approx(0.5, rel=0.05)


def test_known_weights_are_one_row():
    assert welfare("USA").draw(NAMES).shape == (1, 5)


@pytest.mark.parametrize(("kind", "mean", "deviation"), [("normal", 1.0, 2.0), ("triangular", 4 / 3, np.sqrt(7 / 18))])
def test_moments_of_other_distributions(kind, mean, deviation):
    # Triangular on [0, 3] with mode 1: mean (0+1+3)/3, variance (0+1+9-0-0-3)/18 = 7/18.
    spread = Spread(kind, 1.0, 2.0) if kind == "normal" else Spread(kind, 0.0, 1.0, 3.0)
    values = spread.draw(np.random.default_rng(0), 40_000)
    assert values.mean() == pytest.approx(mean, abs=0.03)
    assert values.std() == pytest.approx(deviation, rel=0.02)


def test_impossible_distributions_are_refused():
    with pytest.raises(DealspaceError, match="must ascend"):
        Spread("uniform", 1.0, 0.0)
    with pytest.raises(UnknownNameError, match="lognormal"):
        Spread("lognorml", 1.0, 0.0)


def preference(preset, **weights):
    text = {"preset": preset} | weights
    return {"political": Political, "mercantilist": Mercantilist}[preset].model_validate(text)


def fake_sheet(**more):
    usa = preference("mercantilist", balance=0.2)
    jpn = preference("political", sectors={"A01": 0.5})
    chosen = {"USA": usa, "JPN": jpn}
    sheet = {
        "parties": ("USA", "JPN"),
        "preference": chosen.get,
        "other": {"USA": "JPN", "JPN": "USA"}.get,
        "uncertainty": {
            "USA": SimpleNamespace(distribution="uniform", spread=0.5, draws=200, seed=7),
        },
        "no_deal": SimpleNamespace(
            probability=SimpleNamespace(value=0.6, low=0.4, high=0.8),
            otherwise="status-quo",
            survives=SimpleNamespace(value=0.7, low=None, high=None),
            struck_down="before",
            answered="answer",
            answer_probability=SimpleNamespace(value=0.25),
        ),
        "threat": ("letter-25",),
        "measures": {"letter-25": SimpleNamespace(by="USA", kind="tariff")},
        "issues": {},
        "groups": {},
        "offers": {
            "june": SimpleNamespace(hindsight=False, values={"cars": 0.1}),
            "framework": SimpleNamespace(hindsight=True, values={"cars": 0.15}),
        },
    }
    return SimpleNamespace(**(sheet | more))


def test_a_sheet_gives_weights_doubts_and_required_measures():
    sheet = fake_sheet()
    payoff = payoff_of(sheet, "USA")
    assert payoff.weights == {"ev:USA": 1.0, "balance:USA:JPN": 0.2}
    assert set(payoff.spread) == {"balance:USA:JPN"}
    column = payoff.draw(("ev:USA", "balance:USA:JPN"))[:, 1]
    assert len(column) == 200
    assert column.min() == pytest.approx(0.1, abs=0.01)
    assert column.max() == pytest.approx(0.3, abs=0.01)
    needed = required_measures(sheet)
    assert {"ev:USA", "ev:JPN", "balance:USA:JPN", "balance:JPN:USA", "va:JPN:A01", "revenue:JPN"} <= set(needed)
    assert len(needed) == len(set(needed))


def test_grants_weigh_as_much_as_real_income_and_are_not_in_doubt():
    sheet = fake_sheet(issues={"money": SimpleNamespace(kind="commitment")})
    payoff = payoff_of(sheet, "USA")
    assert payoff.weights == {"ev:USA": 1.0, "balance:USA:JPN": 0.2, "grants:USA": 1.0}
    assert set(payoff.spread) == {"balance:USA:JPN"}
    assert {"grants:USA", "grants:JPN"} <= set(required_measures(sheet))


def test_a_sheet_gives_no_deal_and_its_threatener():
    terms = no_deal_terms(fake_sheet())
    assert (terms.retaliation, terms.r) == ("answer", 0.25)
    assert (terms.q_interval, terms.s_interval) == ((0.4, 0.8), None)
    assert (terms.threatener, terms.q, terms.s, terms.struck_down) == ("USA", 0.6, 0.7, "before")
    assert terms.q_interval == (0.4, 0.8)
    group = fake_sheet(
        parties=("EU", "USA"), groups={"EU": ("DEU",)}, measures={"letter-25": SimpleNamespace(by="DEU", kind="tariff")}
    )
    assert threatener_of(group) == "EU"
    assert threatener_of(fake_sheet(threat=())) is None


def test_offers_of_hindsight_are_no_inputs_and_open_issues_are_said():
    axes = (axis("cars", "USA"), axis("rice", "JPN", 2.0, 3.0, toward="high"))
    offers, notes = offers_of(fake_sheet(), axes)
    assert list(offers) == ["june"]
    assert offers["june"].tolist() == [0.1, 2.0]
    assert "june leaves rice open" in notes[0]
