"""A sheet on its economy: deals solved as policies are, slopes, backgrounds, groups."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.analysis.model import CompiledSheet, SheetModel
from dealspace.bargaining.from_sheet import required_measures
from dealspace.bargaining.model import RATES, DealModel


@pytest.fixture(scope="module")
def compiled():
    sheet = ds.load_sheet("us-japan-2025")
    return CompiledSheet(sheet, ds.load_world(sheet.world))


@pytest.fixture(scope="module")
def model(compiled):
    return SheetModel(compiled, required_measures(compiled.sheet))


def test_it_is_a_deal_model(model):
    assert isinstance(model, DealModel)
    assert [axis.name for axis in model.issues] == list(model.sheet.issues)


def test_a_batch_solves_what_the_public_call_solves(model):
    low = np.array([axis.low for axis in model.issues])
    high = np.array([axis.high for axis in model.issues])
    deals = low + (high - low) * np.random.default_rng(1).random((5, len(low)))
    table = model.evaluate(deals)
    assert table.ok.all()
    eq = model.deal_equilibrium(deals[3], "fourth")
    at = model.measure_names.index
    assert table.values[3, at("ev:JPN")] == pytest.approx(float(eq.equivalent_variation.sel(region="JPN")), abs=1e-3)
    assert table.values[3, at("balance:USA:JPN")] == pytest.approx(eq.balance("USA", "JPN"), abs=1e-3)
    np.testing.assert_allclose(model.evaluate(deals[3:4]).values[0], table.values[3], rtol=1e-12)


def test_slopes_are_those_of_central_differences(model):
    low, high = (np.array([getattr(axis, end) for axis in model.issues]) for end in ("low", "high"))
    deal = low + (high - low) * np.linspace(0.45, 0.55, len(low))
    slopes = model.gradient(deal)
    for k in range(len(deal)):
        # Short for rates, for the duty of a line has a kink where the rate passes its normal duty; longer where little
        # trade moves, for differences to stand above what the solver leaves open.
        step = (4e-5 if model.issues[k].unit in RATES else 5e-3) * (high[k] - low[k])
        ends = np.array([deal, deal])
        ends[0, k] += step
        ends[1, k] -= step
        up, down = model.evaluate(ends).values
        np.testing.assert_allclose(slopes[:, k], (up - down) / (2 * step), atol=3e-5 * np.abs(slopes[:, k]).max())


def test_the_status_quo_lies_where_the_law_is(model):
    found = {axis.name: axis.status_quo for axis in model.issues}
    assert found["us-auto-rate"] == pytest.approx(0.275, abs=1e-6)
    assert found["jp-farm-food-tariffs"] == pytest.approx(0.0, abs=1e-6)
    assert 0.10 < found["us-general-rate"] < 0.13
    # What the acts state is taken as it stands, what only wedges tell is found though little trade hangs on it.
    assert found["jp-rice-share"] == 346.0
    assert found["jp-beef-rate"] == pytest.approx(0.216, abs=1e-4)
    assert [found[name] for name in ("jp-pork-cut", "jp-auto-barriers", "jp-digital-tax", "jp-investment")] == [0.0] * 4


def test_what_is_given_outright_is_counted_apart(model):
    named = {axis.name: k for k, axis in enumerate(model.issues)}
    deal = np.array([axis.status_quo for axis in model.issues])
    given = deal.copy()
    given[named["jp-investment"]] = 550_000.0
    before, after = model.evaluate(np.stack([deal, given])).values
    moved = dict(zip(model.measure_names, after - before, strict=True))
    # 550 bn at a grant equivalent of 2 % over 4 years; no outcome of trade moves.
    assert moved["grants:USA"] == pytest.approx(2750.0)
    assert moved["grants:JPN"] == pytest.approx(-2750.0)
    assert all(abs(change) < 1e-6 for name, change in moved.items() if not name.startswith("grants"))


def test_backgrounds_change_what_third_countries_face(model):
    assert model.backgrounds == ("letters-applied",)
    plain, letters = model.equilibrium("no-deal"), model.equilibrium("no-deal@letters-applied")
    eu_on_goods = plain.world.region_index("DEU"), plain.world.sector_index("C28")
    us = plain.world.region_index("USA")
    before, after = (each.policy.tariff[us, eu_on_goods[0], eu_on_goods[1]] for each in (plain, letters))
    assert after > before + 0.1


def test_a_deal_that_cannot_be_solved_has_a_reason(model, monkeypatch):
    from dealspace.analysis import model as module
    from dealspace.core.solve import Status

    def refuse(*_args, **_kwargs):
        return None, Status("max-iterations", "it stopped near {region:1}", 1.0, 9), None

    monkeypatch.setattr(module, "TOLERANCE", -1.0)  # no residual is that small, so every deal resists
    monkeypatch.setattr(module, "solve_core", refuse)
    table = model.evaluate(np.array([[axis.low for axis in model.issues]]))
    assert not table.ok.any()
    assert np.isnan(table.values).all()
    assert table.reasons == ("it stopped near JPN",)


def test_a_group_is_a_party():
    sheet = ds.load_sheet("eu-usa-2025")
    model = SheetModel(CompiledSheet(sheet, ds.load_world(sheet.world)), required_measures(sheet))
    values = dict(zip(model.measure_names, model.policy_values("no-deal"), strict=True))
    eq = model.equilibrium("no-deal")
    assert values["ev:EU"] == pytest.approx(
        float(eq.equivalent_variation.sel(region=list(model.world.members("EU"))).sum()), rel=1e-9
    )
    assert {axis.by for axis in model.issues} == {"USA", "EU"}
