"""Closed forms, equivalences and identities of every instrument and labour closure; expected numbers are by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import dealspace as ds
from dealspace.core.closure import Roy, Specific
from engine import bridge
from engine.economies import arrays, economy
from properties.test_closed_forms import foreign, one_sector
from rival.economies import Data, Recipe, random_economy
from rival.model import calibrate
from rival.policies import random_policy, slacken, still
from rival.stacked import Labour, Line, no_change

TIGHT = 1e-12
CLOSURES = ("fixed", "balanced", "proportional")
FORMS = ("mobile", "roy", "specific")
WORLDS = Recipe(regions=4, sectors=3, theta=(1.0, 8.0))


def solved(world, closure="balanced", labour="mobile", supply="fixed", **levels):
    eq = ds.solve(
        world, ds.Policy(world, **levels), deficits=closure, labour=labour, labour_supply=supply, tolerance=TIGHT
    )
    assert eq.converged, eq.reason
    return eq


def drawn(seed: int, quotas: int = 2):
    """A random world with a policy that has every instrument."""
    rng = np.random.default_rng(seed)
    data = random_economy(rng, WORLDS)
    base = calibrate(*data)
    return economy(data), base, random_policy(rng, data, base, quotas)


# -- subsidies and taxes by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.1, 0.3, -0.2])
def test_a_production_subsidy_in_one_sector_moves_the_wage_and_nothing_else(rate):
    # The subsidised country's goods cost (1-s) w. Its budget takes s w Y back, so income (1-s) w L and demand are as
    # before at w_1/w_2 = 1/(1-s): nobody's real income moves, the subsidised wage buys 1/(1-s) times as much.
    world = economy(one_sector([[80.0, 20.0], [20.0, 130.0]], 4.0))
    subsidy = np.zeros(world.flows.shape)
    subsidy[:, 0] = rate
    eq = solved(world, subsidy=subsidy)
    assert eq.real_income.to_numpy() == pytest.approx([1.0, 1.0], abs=1e-11)
    assert float(eq.wage[0] / eq.wage[1]) == pytest.approx(1 / (1 - rate), rel=1e-11)
    assert eq.real_wage.to_numpy() == pytest.approx([1 / (1 - rate), 1.0], rel=1e-11)
    # World value added stays 250: w_1 100 + w_2 150 = 250.
    wage = 250 / (100 + 150 * (1 - rate))
    assert eq.subsidies.to_numpy() == pytest.approx([rate * wage * 100, 0.0], rel=1e-10)


def test_symmetric_countries_that_subsidise_exports():
    theta, rate, home = 5.0, 0.2, 0.7
    world = economy(one_sector([[home, 1 - home], [1 - home, home]], theta))
    price = (home + (1 - home) * (1 - rate) ** -theta) ** (-1 / theta)
    imports = (1 - home) * ((1 - rate) / price) ** -theta
    # Income = 1 - s X with X = imports I / (1 - s).
    expected = 1 / (1 + rate * imports / (1 - rate)) / price
    eq = solved(world, subsidy=rate * foreign(world))
    assert eq.real_income.to_numpy() == pytest.approx(np.full(2, expected), rel=1e-11)
    assert expected < 1


def alone(shares, theta=4.0):
    """One region that trades with nobody and makes final goods in the given shares."""
    flows = 100.0 * np.array(shares)[None, None, :]
    count = len(shares)
    return economy(
        Data(flows, np.zeros_like(flows), np.zeros((1, count, count)), np.ones((1, count)), np.full(count, theta))
    )


def test_a_services_tax_by_hand():
    # Own suppliers taxed at 10 % of receipts: price 1/0.9; income 1/(1 - 0.1 x 0.4) as 40 % is spent on them.
    world = alone([0.4, 0.6])
    eq = solved(world, services_tax={("R1", "R1", "S1"): 0.1})
    assert float(eq.real_income[0]) == pytest.approx(0.9**0.4 / 0.96, rel=1e-12)
    assert float(eq.tariff_revenue[0]) == pytest.approx(100 * 0.04 / 0.96, rel=1e-12)
    assert float(eq.services_tax[0]) == pytest.approx(100 * 0.04 / 0.96, rel=1e-12)
    # Everything taxed alike: nothing real happens.
    flat = solved(world, services_tax={("R1", "R1", "S1"): 0.1, ("R1", "R1", "S2"): 0.1})
    assert float(flat.real_income[0]) == pytest.approx(1.0, abs=1e-12)


def test_a_services_tax_on_imports_is_a_tariff_of_its_gross_factor():
    world = economy(random_economy(np.random.default_rng(3), WORLDS._replace(top_tariff=0.0)))
    taxed = solved(world, "fixed", services_tax={("R1", "R2", "S1"): 0.2, ("R1", "R3", "S1"): 0.2})
    duty = solved(world, "fixed", tariff={("R1", "R2", "S1"): 0.25, ("R1", "R3", "S1"): 0.25})
    assert taxed.real_income.to_numpy() == pytest.approx(duty.real_income.to_numpy(), abs=1e-11)
    assert taxed.services_tax.to_numpy() == pytest.approx(duty.tariff_revenue.to_numpy(), rel=1e-10)


@pytest.mark.parametrize("labour", FORMS)
def test_lerner_symmetry_under_every_closure_of_labour(labour):
    world = economy(random_economy(np.random.default_rng(37), WORLDS._replace(top_tariff=0.0, theta=(2.0, 8.0))))
    tariff, subsidy = np.zeros(world.flows.shape), np.zeros(world.flows.shape)
    tariff[1], subsidy[:, 1] = 0.3 * foreign(world)[1], -0.3 * foreign(world)[:, 1]
    taxed = solved(world, labour=labour, supply="elastic", tariff=tariff)
    charged = solved(world, labour=labour, supply="elastic", subsidy=subsidy)
    for name in ("real_income", "real_wage", "employment", "labour_supply", "sector_price", "output_volume"):
        gap = np.abs(getattr(taxed, name).to_numpy() - getattr(charged, name).to_numpy()).max()
        assert gap < 1e-9, name
    assert np.abs(taxed.real_income.to_numpy() - 1).max() > 1e-3


# -- quotas -----------------------------------------------------------------------------------------------------------

CELL = (0, 1, 0)


def with_quota(base, limit, inside, outside, kept, share=1.0):
    """One quota on one cell, or on a part of it."""
    tau0 = 1.0 + base.tariff[CELL]
    lines = [Line(CELL, share, tau0, inside, 0, outside, kept)]
    if share < 1.0:
        lines.append(Line(CELL, 1.0 - share, tau0, tau0))
    return replace(no_change(base), lines=tuple(lines), limits=(limit,))


def duty_case(rate: float):
    """A tariff of `rate` on one cell of a random world without duties, and the volume it leaves."""
    data = random_economy(np.random.default_rng(5), WORLDS._replace(top_tariff=0.0))
    world, base = economy(data), calibrate(*data)
    tariff = base.tariff.copy()
    tariff[CELL] = rate
    eq = solved(world, "fixed", tariff=tariff)
    return world, base, eq, float(eq.flow_volume.to_numpy()[CELL])


@pytest.mark.parametrize("labour", FORMS)
def test_a_quota_whose_rents_stay_is_the_tariff_that_leaves_its_volume(labour):
    world, base, _, _ = duty_case(0.4)
    duty = solved(world, "fixed", labour, tariff={("R1", "R2", "S1"): 0.4})
    volume = float(duty.flow_volume.to_numpy()[CELL])
    quota = bridge.solve(world, with_quota(base, volume, 1.0, np.exp(20.0), 1.0), Labour(labour))
    assert float(quota.quotas.premium[0]) == pytest.approx(0.4, rel=1e-9)
    assert quota.real_income.to_numpy() == pytest.approx(duty.real_income.to_numpy(), abs=1e-10)
    assert float(quota.rents[0]) == pytest.approx(float(duty.tariff_revenue[0]), rel=1e-9)
    assert quota.quotas.status.values[0] == "binding"


def test_a_quota_whose_rents_leave_is_the_export_tax_that_leaves_its_volume():
    world, base, _, _ = duty_case(0.4)
    charged = solved(world, "fixed", subsidy={("R1", "R2", "S1"): -0.4})
    volume = float(charged.flow_volume.to_numpy()[CELL])
    quota = bridge.solve(world, with_quota(base, volume, 1.0, np.exp(20.0), 0.0))
    assert quota.real_income.to_numpy() == pytest.approx(charged.real_income.to_numpy(), abs=1e-10)
    assert float(quota.rents[1]) == pytest.approx(-float(charged.subsidies[1]), rel=1e-9)


def test_an_overflowing_quota_is_its_outer_duty_with_a_rent_on_the_volume_inside():
    world, base, duty, volume = duty_case(0.4)
    quota = bridge.solve(world, with_quota(base, 0.25 * volume, 1.1, 1.4, 1.0))
    assert quota.quotas.status.values[0] == "over"
    assert quota.real_income.to_numpy() == pytest.approx(duty.real_income.to_numpy(), abs=1e-10)
    # A quarter comes in at 10 %: 1.4 / 1.1 - 1 of its price is rent, inside the duty base.
    value = float(duty.flows.to_numpy()[CELL])
    assert float(quota.rents[0]) == pytest.approx(0.25 * value * (1.4 / 1.1 - 1), rel=1e-9)
    assert float(quota.tariff_revenue[0] + quota.rents[0]) == pytest.approx(0.4 * value, rel=1e-9)


@pytest.mark.parametrize("labour", FORMS)
def test_a_slack_quota_equals_none(labour):
    world, _, shock = drawn(9)
    slack = bridge.solve(world, slacken(shock), Labour(labour))
    inside = tuple(line._replace(quota=None) for line in shock.lines)
    none = bridge.solve(world, replace(shock, lines=inside, limits=()), Labour(labour))
    assert set(slack.quotas.status.values) == {"slack"}
    for name in ("real_income", "flows", "tariff_revenue", "rents"):
        ours, theirs = getattr(slack, name).to_numpy(), getattr(none, name).to_numpy()
        assert np.abs(ours - theirs).max() <= 1e-9 * np.abs(theirs).max(), name


@pytest.mark.parametrize(
    "seeds", [range(100), pytest.param(range(100, 1100), marks=pytest.mark.slow)], ids=["100", "1000"]
)
def test_complementarity_holds_in_random_draws(seeds):
    refused, met = 0, set()
    for seed in seeds:
        world, _, shock = drawn(seed)
        eq = bridge.solve(world, shock, Labour(FORMS[seed % 3]), CLOSURES[seed // 3 % 3], tolerance=1e-10)
        if not eq.converged:
            assert len(eq.reason.split()) > 3
            refused += 1
            continue
        table = eq.quotas
        log_premium, gap = np.log1p(table.premium.to_numpy()), np.log(table.filled.to_numpy())
        cap = [
            max(np.log(line.outside / line.tau) for line in shock.lines if line.quota == quota)
            for quota in range(len(shock.limits))
        ]
        assert np.abs(np.clip(log_premium + gap, 0.0, cap) - log_premium).max() < 1e-8, seed
        met |= set(table.status.values)
    assert refused <= 0.02 * len(seeds)
    assert met == {"slack", "binding", "over"}


# -- labour -----------------------------------------------------------------------------------------------------------


def everything_but_quotas(seed: int):
    world, _, shock = drawn(seed, quotas=0)
    return world, bridge.policy(world, shock)


def outcomes(world, policy, **closure):
    eq = ds.solve(world, policy, tolerance=TIGHT, **closure)
    assert eq.converged, eq.reason
    return np.concatenate([np.ravel(getattr(eq, name)) for name in ("real_income", "real_wage", "employment")])


@pytest.mark.parametrize("supply", ["fixed", "elastic"])
def test_the_limits_of_roy_and_of_specific_labour_are_mobile_labour(supply):
    world, policy = everything_but_quotas(13)
    mobile = outcomes(world, policy, labour="mobile", labour_supply=supply)
    roy = outcomes(world, policy, labour=Roy(kappa=1e6), labour_supply=supply)
    assert np.abs(roy - mobile).max() < 1e-5
    assert np.abs(outcomes(world, policy, labour="roy", labour_supply=supply) - mobile).max() > 1e-3
    specific = outcomes(world, policy, labour=Specific(labour_share=1.0), labour_supply=supply)
    assert np.abs(specific - mobile).max() < 1e-10
    near = outcomes(world, policy, labour=Specific(labour_share=1 - 1e-6), labour_supply=supply)
    assert np.abs(near - mobile).max() < 1e-4


def test_roy_by_hand():
    # Closed, no inputs: sectors' sales follow spending. A tax on sector 1 (40 % of spending) at 10 % of receipts leaves
    # its producers 0.9 x 0.4 I and the others 0.6 I: their parts of value added are 0.375 and 0.625.
    world = alone([0.4, 0.6])
    eq = solved(world, labour=Roy(kappa=2.0), services_tax={("R1", "R1", "S1"): 0.1})
    employment = np.array([0.375 / 0.4, 0.625 / 0.6])
    assert eq.employment.to_numpy()[0] == pytest.approx(employment, rel=1e-11)
    # employment_hat = (w_j / Phi)^kappa, and Phi = 1 by the numeraire.
    wages = employment**0.5
    assert eq.solution.v_hat[0] == pytest.approx(wages, rel=1e-11)
    index = (wages[0] / 0.9) ** 0.4 * wages[1] ** 0.6
    assert float(eq.real_income[0]) == pytest.approx(1 / 0.96 / index, rel=1e-11)
    assert eq.sector_wage.to_numpy()[0] == pytest.approx(wages / index, rel=1e-11)


def test_specific_capital_by_hand():
    # The same tax: value added moves as before, r_j = VA_hat_j, v_j = W^beta r_j^(1-beta) with W = 1.
    world = alone([0.4, 0.6])
    eq = solved(world, labour=Specific(labour_share=0.7), services_tax={("R1", "R1", "S1"): 0.1})
    grown = np.array([0.375 / 0.4, 0.625 / 0.6])
    assert eq.employment.to_numpy()[0] == pytest.approx(grown, rel=1e-11)
    index = (grown[0] ** 0.3 / 0.9) ** 0.4 * (grown[1] ** 0.3) ** 0.6
    assert float(eq.real_income[0]) == pytest.approx(1 / 0.96 / index, rel=1e-11)
    assert eq.capital_return.to_numpy()[0] == pytest.approx(grown / index, rel=1e-11)
    assert float(eq.real_wage[0]) == pytest.approx(1 / index, rel=1e-11)


def test_elastic_participation_by_hand():
    # One sector alone whose trade costs at home double: W/P = 1/2, L = 2^-psi, real income 2^-(1+psi).
    world, psi = alone([1.0]), 0.5
    eq = solved(world, supply=psi, trade_cost={("R1", "R1", "S1"): 2.0})
    assert float(eq.labour_supply[0]) == pytest.approx(2**-psi, rel=1e-11)
    assert float(eq.real_income[0]) == pytest.approx(2 ** -(1 + psi), rel=1e-11)
    # Surplus of work: area left of the supply curve, from W/P = 1/2 to 1 of w^psi: (1 - 2^-(1+psi)) / (1 + psi).
    expected = -100 * (1 - 2 ** -(1 + psi)) / (1 + psi)
    assert float(eq.equivalent_variation[0]) == pytest.approx(expected, rel=1e-11)
    assert float(eq.welfare[0]) == pytest.approx(1 + expected / 100, rel=1e-11)
    assert "not welfare" in eq.real_income.attrs["note"]


def test_more_work_is_no_gain_to_first_order():
    # The envelope: without trade a small change is worth the same whether labour supply answers or not.
    world, cost = alone([0.4, 0.6]), {("R1", "R1", "S1"): 1.0 + 1e-4}
    fixed, elastic = (solved(world, supply=each, trade_cost=cost) for each in ("fixed", 0.5))
    assert float(fixed.equivalent_variation[0]) == pytest.approx(-100 * 0.4 * 1e-4, rel=1e-4)
    assert float(elastic.equivalent_variation[0]) == pytest.approx(float(fixed.equivalent_variation[0]), rel=1e-4)
    # Real income falls by half as much again: 1.5 = 1 + psi.
    assert float(elastic.real_income[0] - 1) == pytest.approx(1.5 * float(fixed.real_income[0] - 1), rel=1e-4)


# -- identities with everything present -------------------------------------------------------------------------------


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("labour", FORMS)
def test_markets_and_incomes_add_up_with_every_instrument(labour, closure):
    world, _, shock = drawn(21)
    eq = bridge.solve(world, shock, Labour(labour, psi=0.3), closure)
    base, s = eq.world, eq.solution
    total = s.value_added.sum()
    # Walras: the market that the numeraire takes the place of clears too.
    earned = np.asarray(s.w_hat * s.labour_hat) * base.value_added.sum(axis=1)
    assert np.asarray(s.value_added).sum(axis=1) == pytest.approx(earned, rel=1e-9)
    # Income is spent, and is value added, duty, rents and the deficit less subsidies.
    final = np.asarray(s.expenditure) - np.einsum("nkj,nj->nk", base.io_share, np.asarray(s.output))
    parts = s.value_added.sum(axis=1) + s.tariff_revenue + s.rents + s.deficit - s.subsidies
    assert final.sum(axis=1) == pytest.approx(np.asarray(s.income), rel=1e-9)
    assert np.asarray(parts) == pytest.approx(np.asarray(s.income), rel=1e-9)
    assert abs(float(s.deficit.sum())) < 1e-9 * total
    # Spending is what producers, treasuries and holders of rents get.
    spent = float(s.spending.sum())
    got = float(s.sales.sum() - s.subsidies.sum() + s.tariff_revenue.sum() + s.rents.sum())
    assert got == pytest.approx(spent, rel=1e-10)
    # Workers of all sectors are the labour supply.
    workers = (base.value_added * eq.employment.to_numpy()).sum(axis=1) / base.value_added.sum(axis=1)
    assert workers == pytest.approx(eq.labour_supply.to_numpy(), rel=1e-9)
    assert float(total) == pytest.approx(base.value_added.sum(), rel=1e-9)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("labour", FORMS)
def test_nothing_moves_when_every_instrument_is_present_and_none_at_work(labour, closure):
    world, base, _ = drawn(25)
    shock = still(base)
    if closure == "balanced":
        # In the balanced world the quotas' goods come in at other volumes: limits are those of that base.
        world = world.rebase("balanced")
        shock = still(calibrate(*arrays(world)))
    eq = bridge.solve(world, shock, Labour(labour, psi=0.3), closure)
    for name in ("real_income", "real_wage", "employment", "labour_supply", "price_index"):
        assert np.abs(getattr(eq, name).to_numpy() - 1.0).max() < 1e-10, name
    assert eq.quotas.premium.to_numpy() == pytest.approx(0.0, abs=1e-10)
    assert eq.quotas.filled.to_numpy() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("labour", FORMS)
def test_units_change_no_ratio_with_every_instrument(labour):
    rng = np.random.default_rng(27)
    data = random_economy(rng, WORLDS)
    shock = random_policy(rng, data, calibrate(*data), 2)
    once = bridge.solve(economy(data), shock, Labour(labour, psi=0.3))
    scaled = replace(shock, limits=tuple(1234.5 * limit for limit in shock.limits))
    again = bridge.solve(economy(data._replace(flows=1234.5 * data.flows)), scaled, Labour(labour, psi=0.3))
    for name in ("real_income", "employment", "labour_supply", "sector_price"):
        assert getattr(again, name).to_numpy() == pytest.approx(getattr(once, name).to_numpy(), rel=1e-9), name
    assert again.work_cost.to_numpy() == pytest.approx(1234.5 * once.work_cost.to_numpy(), rel=1e-8)
    assert again.quotas.premium.to_numpy() == pytest.approx(once.quotas.premium.to_numpy(), abs=1e-9)


def test_transfers_are_shown_apart():
    world = economy(random_economy(np.random.default_rng(29), WORLDS))
    grant = {"R1": -50.0, "R2": 50.0}
    given, none = solved(world, "fixed", transfer=grant), solved(world, "fixed")
    assert given.transfers.to_numpy() == pytest.approx([-50.0, 50.0, 0.0, 0.0])
    assert given.income.to_numpy() == pytest.approx(none.income.to_numpy(), rel=1e-12)
    assert given.equivalent_variation.to_numpy() == pytest.approx(0.0, abs=1e-6)
