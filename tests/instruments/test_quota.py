"""Quotas of policies without a sheet: limits by hand, errors in words, equivalence with tariffs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.instruments.small_world import cell, small_world

import dealspace as ds
from dealspace.errors import PolicyError, UnknownNameError
from dealspace.instruments.quota import quotas_of, rebased

WORLD = small_world(lines=False)


def test_limits_and_rates_by_hand() -> None:
    two = ds.Quota("JPN", {"USA": 0.9, "PAIR": 1.2}, "A01", out_rate=0.5)
    one = ds.Quota("USA", ["JPN", "ROW"], "C29", volume=123.0, in_rate=0.1, markup=0.02, kept=0.25, name="cars")
    held = quotas_of(WORLD, [two, one])
    flow = WORLD.flows
    a01, c29 = WORLD.sector_index("A01"), WORLD.sector_index("C29")
    assert two.names + one.names == ("JPN-A01:USA", "JPN-A01:PAIR", "cars")
    # Japan is itself a member of PAIR; a quota is on others only.
    assert np.asarray(held.limit).tolist() == pytest.approx([0.9 * flow[1, 0, a01], 1.2 * flow[1, 2, a01], 123.0])
    assert np.asarray(held.quota).tolist() == [0, 1, 2, 2]
    assert np.asarray(held.exporter).tolist() == [0, 2, 1, 3]
    assert np.asarray(held.inside).tolist() == pytest.approx([1.03, 1.03, 1.12, 1.12])
    assert np.asarray(held.outside)[:2].tolist() == [1.5, 1.5]
    assert np.asarray(held.outside)[2] > 1e8
    assert np.asarray(held.kept).tolist() == [1.0, 1.0, 0.25, 0.25]
    assert np.asarray(held.tau0) == pytest.approx(1 + WORLD.tariff[[1, 1, 0, 0], [0, 2, 1, 3], [a01, a01, c29, c29]])


def test_a_quota_at_the_base_year_changes_nothing() -> None:
    for ratio in (1.0, 1.5):
        found = ds.solve(WORLD, ds.Policy(WORLD, quotas=[ds.Quota("JPN", "world", "A01", ratio=ratio)]))
        assert found.solution is not None
        assert np.abs(np.asarray(found.solution.real_income_hat) - 1).max() < 1e-12


def test_a_quota_equals_the_tariff_that_keeps_out_as_much() -> None:
    quota = ds.Quota("JPN", "USA", "A01", ratio=0.6)
    first = ds.solve(WORLD, ds.Policy(WORLD, quotas=[quota]))
    assert first.solution is not None
    at = cell(WORLD, "JPN", "USA", "A01")
    assert float(first.solution.quota_volume[0]) == pytest.approx(0.6 * WORLD.flows[at], rel=1e-9)
    rate = 1.03 * float(first.solution.premium[0]) - 1
    second = ds.solve(WORLD, ds.Policy(WORLD, tariff={("JPN", "USA", "A01"): rate}))
    assert second.solution is not None
    gap = np.asarray(first.solution.real_income_hat) - np.asarray(second.solution.real_income_hat)
    assert np.abs(gap).max() < 1e-9
    away = ds.solve(WORLD, ds.Policy(WORLD, quotas=[ds.Quota("JPN", "USA", "A01", ratio=0.6, kept=0.0)]))
    assert away.solution is not None
    usa, japan = np.asarray(away.solution.real_income_hat)[:2] - np.asarray(first.solution.real_income_hat)[:2]
    assert usa > 1e-5
    assert japan < -1e-5


def test_limits_keep_their_relation_to_another_base() -> None:
    quota = ds.Quota("JPN", ["USA", "MEX"], "A01", ratio=0.8)
    other = WORLD.rebase("balanced")
    moved = rebased(quotas_of(WORLD, [quota]), WORLD, other)
    assert float(moved.limit[0]) == pytest.approx(float(quotas_of(other, [quota]).limit[0]), rel=1e-9)
    assert abs(float(moved.limit[0] / quotas_of(WORLD, [quota]).limit[0]) - 1) > 1e-6


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "quotas.JPN-A01.volume: needs one limit: volume in USD million, or ratio"),
        ({"volume": 5.0, "ratio": 0.5}, "needs one limit"),
        ({"ratio": 0.0}, "a limit of 0 is a ban"),
        ({"ratio": -0.1}, "quotas.JPN-A01.ratio: -0.1 cannot be; write a number of at least 0"),
        ({"ratio": 0.9, "kept": 1.5}, "quotas.JPN-A01.kept: 1.5 cannot be; write a number from 0 to 1"),
        ({"ratio": 0.9, "in_rate": "5%"}, "quotas.JPN-A01.in_rate: '5%' cannot be"),
        ({"ratio": 0.9, "in_rate": 0.2, "out_rate": 0.1}, "0.1 is below the 0.2 within the quota"),
        ({"exporters": {"USA": 0.9}, "ratio": 1.0}, "gives each exporter its own limit"),
        ({"exporters": {"USA": 0.0}}, "0.0 of USA is no limit"),
        ({"exporters": {}}, "names nobody"),
        ({"exporters": {"USA": 1.0}, "unit": "kt"}, "'kt' is not known; write 'ratio' or 'volume'"),
    ],
)
def test_what_is_no_quota_is_refused_in_words(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PolicyError) as caught:
        ds.Quota(**({"importer": "JPN", "exporters": "USA", "sector": "A01"} | given))
    assert sentence in str(caught.value)


def test_what_does_not_fit_the_world_is_refused_in_words() -> None:
    twice = [ds.Quota("JPN", "USA", "A01", ratio=0.9), ds.Quota("JPN", "world", "A01", ratio=0.9)]
    with pytest.raises(PolicyError, match=r"quotas: \(JPN, USA, A01\) is under two quotas; keep one"):
        ds.Policy(WORLD, quotas=twice)
    with pytest.raises(PolicyError, match=r"0 is below what \(JPN, USA, A01\) pays within the quota, 0.03"):
        ds.Policy(WORLD, quotas=[ds.Quota("JPN", "USA", "A01", ratio=0.9, out_rate=0.0)])
    with pytest.raises(PolicyError, match=r"tariff: a quota sets the whole duty of \(JPN, USA, A01\)"):
        ds.Policy(WORLD, tariff={("JPN", "USA", "A01"): 0.2}, quotas=twice[:1])
    with pytest.raises(PolicyError, match="is not a Quota"):
        ds.Policy(WORLD, quotas=[{"importer": "JPN"}])  # type: ignore[list-item]
    with pytest.raises(PolicyError, match="JPN imports nothing of A01 from JPN"):
        ds.Policy(WORLD, quotas=[ds.Quota("JPN", "JPN", "A01", ratio=0.9)])
    with pytest.raises(UnknownNameError, match="did you mean 'JPN'"):
        ds.Policy(WORLD, quotas=[ds.Quota("JAP", "USA", "A01", ratio=0.9)])


def test_a_tax_on_services_and_a_transfer_without_a_sheet() -> None:
    cells = {("JPN", "USA", "S"): 0.012, ("JPN", "JPN", "S"): 0.012}
    policy = ds.Policy(WORLD, services_tax=cells, transfer={"JPN": -2000.0, "USA": 2000.0})
    abroad, home = cell(WORLD, "JPN", "USA", "S"), cell(WORLD, "JPN", "JPN", "S")
    assert float(policy.wedges.tau[abroad]) == pytest.approx(1 / 0.988, rel=1e-15)
    assert float(policy.wedges.price_hat[home]) == pytest.approx(1 / 0.988, rel=1e-15)
    found = ds.solve(WORLD, policy)
    assert found.solution is not None
    spent = found.solution.spending
    revenue = 0.012 * (spent[abroad] + spent[home])
    others = np.asarray(spent[1] * (1 - 1 / np.asarray(policy.wedges.tau[1])))
    assert float(found.solution.tariff_revenue[1]) == pytest.approx(others.sum(), rel=1e-9)
    assert float(revenue) < others.sum()
    assert np.asarray(found.solution.transfer).tolist() == [2000.0, -2000.0, 0.0, 0.0]
    with pytest.raises(PolicyError, match=r"services_tax: 1 at \(USA, JPN, A01\) and 59 more; it needs a share"):
        ds.Policy(WORLD, services_tax=1.0)
    with pytest.raises(PolicyError, match="transfer: is not an array of 4 finite numbers"):
        ds.Policy(WORLD, transfer=[1.0, 2.0])
    with pytest.raises(PolicyError, match="'a lot' of JPN is not a number; write USD million"):
        ds.Policy(WORLD, transfer={"JPN": "a lot"})


def test_wedges_and_back() -> None:
    """What the core takes makes the same policy again, taxes on own sales and quotas too."""
    policy = ds.Policy(
        WORLD,
        tariff={("USA", "JPN", "C29"): 0.25},
        services_tax={("JPN", "JPN", "S"): 0.012},
        subsidy={("USA", "MEX", "A01"): 0.1},
        quotas=[ds.Quota("JPN", "USA", "A01", ratio=0.9)],
    )
    again = ds.Policy.from_wedges(WORLD, policy.wedges, "again")
    np.testing.assert_allclose(again.tariff, policy.tariff, atol=1e-15)
    np.testing.assert_allclose(again.services_tax, policy.services_tax, atol=1e-15)
    np.testing.assert_allclose(np.asarray(again.wedges.tau), np.asarray(policy.wedges.tau), rtol=1e-15)
    assert again.quotas is not None
    assert float(again.quotas.limit[0]) == float(policy.wedges.quotas.limit[0])
