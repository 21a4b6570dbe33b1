"""The independent model must itself be right: closed forms, the stacked equations, and its Jacobian."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import root

from rival.economies import Recipe, random_economy, random_shock
from rival.model import (
    NoEquilibriumFoundError,
    Shock,
    calibrate,
    evaluate,
    excess_demand,
    jacobian,
    no_shock,
    rebase,
    rival_solve,
    solve,
)

CLOSURES = ("fixed", "balanced", "proportional")


def one_sector(flows, theta, tariff=None):
    regions = len(flows)
    flows = np.asarray(flows, dtype=float)[:, :, None]
    tariff = np.zeros_like(flows) if tariff is None else np.asarray(tariff, dtype=float)[:, :, None]
    return flows, tariff, np.zeros((regions, 1, 1)), np.ones((regions, 1)), np.array([theta])


def test_autarky_gains_of_one_sector_follow_the_home_share():
    theta = 4.0
    data = one_sector([[80.0, 15.0, 5.0], [10.0, 60.0, 10.0], [10.0, 5.0, 40.0]], theta)
    cost = np.full((3, 3, 1), 1e6)
    cost[np.arange(3), np.arange(3)] = 1.0
    home_share = np.diag(data[0][:, :, 0] / data[0].sum(axis=1))
    result = rival_solve(*data, trade_cost=cost)
    assert result["real_income"] == pytest.approx(home_share ** (1 / theta), rel=1e-12)


def test_symmetric_countries_that_raise_tariffs_together():
    # Relative wages stay at one, so every price is known in closed form.
    theta, rate, home = 5.0, 0.4, 0.7
    data = one_sector([[home, 1 - home], [1 - home, home]], theta)
    tariff = np.array([[0.0, rate], [rate, 0.0]])[:, :, None]
    result = rival_solve(*data, new_tariff=tariff)
    price = (home + (1 - home) * (1 + rate) ** -theta) ** (-1 / theta)
    foreign = (1 - home) * ((1 + rate) / price) ** -theta
    income = 1 / (1 - foreign * rate / (1 + rate))
    assert result["w_hat"] == pytest.approx(np.ones(2), abs=1e-12)
    assert result["real_income"] == pytest.approx(np.full(2, income / price), rel=1e-12)
    assert result["tariff_revenue"] == pytest.approx(np.full(2, income * foreign * rate / (1 + rate)), rel=1e-12)


@pytest.mark.parametrize("closure", CLOSURES)
def test_no_shock_leaves_everything_as_it_was(closure):
    data = random_economy(np.random.default_rng(1), Recipe(regions=5, zero_flows=0.3, idle=0.2))
    result = rival_solve(*data, deficits=closure)
    for name in ("w_hat", "P_hat", "price_index", "income_hat", "real_income", "real_wage"):
        assert result[name] == pytest.approx(np.ones_like(result[name]), abs=1e-12), name


def stacked_gaps(data, shock, x):
    """The equations as printed, in logs of wages, prices and expenditure, with no nesting at all."""
    base = calibrate(*data)
    regions, sectors = base.alpha.shape
    w_hat = np.exp(x[:regions])
    P_hat, expenditure = np.exp(x[regions:]).reshape(2, regions, sectors)
    tau, tau0 = 1 + shock.tariff, 1 + base.tariff
    c_hat = w_hat[:, None] ** base.va_share * np.prod(P_hat[:, :, None] ** base.io_share, axis=1)
    phi_hat = tau / tau0 * shock.trade_cost * (1 - shock.subsidy) * shock.rent
    inside = base.share * (phi_hat * c_hat[None]) ** -base.theta
    sales = inside * P_hat[:, None] ** base.theta * expenditure[:, None]
    sales = sales / (tau * (1 - shock.subsidy) * shock.rent)
    output = sales.sum(axis=0)
    income = (
        w_hat * base.value_added
        + (shock.tariff * (1 - shock.subsidy) * shock.rent * sales).sum(axis=(1, 2))
        - (shock.subsidy * sales).sum(axis=(0, 2))
        + ((shock.rent - 1) * (1 - shock.subsidy) * sales).sum(axis=(1, 2))
        + base.deficit
    )
    demand = base.alpha * income[:, None] + np.einsum("njk,nk->nj", base.io_share, output)
    labour = (base.va_share * output).sum(axis=1) / (w_hat * base.value_added) - 1
    labour[0] = (w_hat * base.value_added).sum() / base.value_added.sum() - 1
    return np.concatenate(
        [
            labour,
            (np.log(P_hat) + np.log(inside.sum(axis=1)) / base.theta).ravel(),
            np.log(demand / expenditure).ravel(),
        ]
    )


def test_agrees_with_the_stacked_equations_under_all_instruments():
    rng = np.random.default_rng(3)
    data = random_economy(rng, Recipe(regions=3, sectors=2, theta=(1.0, 6.0)))
    tariff, cost = random_shock(rng, data, top_tariff=0.6)
    shape = tariff.shape
    shock = Shock(tariff, cost, rng.uniform(-0.2, 0.2, shape), 1 + 0.3 * rng.random(shape))
    base = calibrate(*data)
    nested = solve(base, shock, "fixed")
    start = np.concatenate([np.zeros(3), np.zeros(6), np.log(data.flows * (1 + data.tariff)).sum(axis=1).ravel() * 0])
    start[9:] = np.log(((1 + data.tariff) * data.flows).sum(axis=1)).ravel()
    stacked = root(lambda x: stacked_gaps(data, shock, x), start, tol=1e-13)
    assert np.abs(stacked.fun).max() < 1e-10
    assert nested["w_hat"] == pytest.approx(np.exp(stacked.x[:3]), rel=1e-9)
    assert nested["P_hat"].ravel() == pytest.approx(np.exp(stacked.x[3:9]), rel=1e-9)
    assert nested["expenditure"].ravel() == pytest.approx(np.exp(stacked.x[9:]), rel=1e-9)


@pytest.mark.parametrize("closure", ["fixed", "proportional"])
def test_jacobian_of_excess_demand_matches_differences(closure):
    rng = np.random.default_rng(5)
    data = random_economy(rng, Recipe(regions=5, sectors=3, zero_flows=0.3, blocs=2))
    base = calibrate(*data)
    tariff, cost = random_shock(rng, data)
    shape = tariff.shape
    shock = Shock(tariff, cost, rng.uniform(-0.2, 0.2, shape), 1 + 0.3 * rng.random(shape))
    log_w = rng.normal(0, 0.1, 5)

    def gap(x):
        return excess_demand(base, np.exp(x), evaluate(base, shock, closure, np.exp(x)))

    slope = jacobian(base, shock, closure, np.exp(log_w), evaluate(base, shock, closure, np.exp(log_w)))
    h = 1e-5
    numeric = np.stack([(gap(log_w + h * e) - gap(log_w - h * e)) / (2 * h) for e in np.eye(5)], axis=1)
    assert slope == pytest.approx(numeric, abs=1e-7 * np.abs(numeric).max())


@pytest.mark.parametrize("closure", CLOSURES)
def test_the_condition_left_out_holds_and_accounts_add_up(closure):
    rng = np.random.default_rng(7)
    data = random_economy(rng, Recipe(regions=5, sectors=3, zero_flows=0.2, idle=0.1))
    tariff, cost = random_shock(rng, data)
    result = rival_solve(*data, tariff, cost, deficits=closure)
    wages = (data.va_share * result["output"]).sum(axis=1)
    base = calibrate(*data)
    bill = result["w_hat"] * (rebase(base, "balanced") if closure == "balanced" else base).value_added
    assert wages == pytest.approx(bill, rel=1e-10)
    exports, imports = result["flows"].sum(axis=(0, 2)), result["flows"].sum(axis=(1, 2))
    assert imports - exports == pytest.approx(result["deficit"], abs=1e-10 * wages.sum())
    assert result["deficit"].sum() == pytest.approx(0.0, abs=1e-10 * wages.sum())
    if closure == "balanced":
        assert result["deficit"] == pytest.approx(np.zeros(5), abs=1e-12)
    if closure == "fixed":
        assert result["deficit"] / wages.sum() == pytest.approx(base.deficit / base.value_added.sum(), rel=1e-10)


def test_scaling_all_values_changes_no_ratio():
    rng = np.random.default_rng(9)
    data = random_economy(rng)
    tariff, cost = random_shock(rng, data)
    once = rival_solve(*data, tariff, cost)
    scaled = rival_solve(*data._replace(flows=7.5 * data.flows), tariff, cost)
    assert scaled["real_income"] == pytest.approx(once["real_income"], rel=1e-12)
    assert scaled["flows"] == pytest.approx(7.5 * once["flows"], rel=1e-11)


def test_a_repaired_base_is_consistent_and_does_not_move_the_balanced_world():
    data = random_economy(np.random.default_rng(11))
    base = calibrate(*data)
    alpha = base.alpha.copy()
    alpha[0] = [0.0, 0.5, 0.5]
    repaired = replace(base, alpha=alpha)
    consistent = rebase(repaired)
    again = calibrate(consistent.flows, *data[1:])
    assert again.alpha == pytest.approx(alpha, abs=1e-12)
    assert again.deficit == pytest.approx(base.deficit, abs=1e-9 * base.income.sum())
    direct, by_way = rebase(repaired, "balanced"), rebase(consistent, "balanced")
    assert by_way.flows == pytest.approx(direct.flows, rel=1e-11)
    assert solve(consistent, no_shock(consistent), "fixed")["real_income"] == pytest.approx(1.0, abs=1e-12)


def test_who_only_buys_abroad_has_no_balanced_trade():
    # Its wage would have to fall without end: the gap goes to zero, but nowhere is it zero.
    with pytest.raises(NoEquilibriumFoundError):
        rival_solve(*one_sector([[80.0, 20.0], [0.0, 90.0]], 4.0), deficits="balanced")
