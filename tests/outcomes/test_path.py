"""A policy over years: what holds when, and the present value by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.instruments.small_world import ISSUES, small_sheet, small_world

import dealspace as ds
from dealspace.core.solve import Status
from dealspace.errors import DealspaceError, NotConvergedError, UnknownNameError
from dealspace.outcomes.path import along_years, discount_factors
from dealspace.termsheet import TermSheet

WORLD = small_world()
STAGED = {"rates": {2024: "20%", 2026: "10%", 2027: "0%"}, "year_starts": "04-01"}


def sheet_of(**acts: dict[str, Any]) -> TermSheet:
    named = {name.replace("_", "-"): act for name, act in acts.items()}
    policies = {"before": [], "status-quo": list(named), "no-deal": list(named)}
    return small_sheet(measures=named, policies=policies, issues={"farm": ISSUES["farm"]})


def tariff(**more: Any) -> dict[str, Any]:
    act = {"kind": "tariff", "by": "JPN", "on": "USA", "products": "A01", "stacking": "replace", "source": "A test act"}
    return act | more


def gains(path: Any) -> np.ndarray:
    return path.equivalent_variation.values


def test_a_constant_policy_is_worth_an_annuity() -> None:
    path = along_years(sheet_of(duty=tariff(rate="30%")), "status-quo", (2025, 2026, 2027), 0.05, world=WORLD)
    each = gains(path)[0]
    assert np.array_equal(gains(path), np.stack([each] * 3))
    assert path.equilibria[0] is path.equilibria[2]  # solved once
    # 1 + 1/1.05 + 1/1.05^2 = 2.8594104308...
    assert path.present_value.values == pytest.approx(each * 2.859410430839002, rel=1e-12)


def test_years_that_are_not_in_a_row() -> None:
    assert discount_factors((2025, 2027, 2030), 0.1) == pytest.approx((1.0, 1 / 1.21, 1 / 1.61051), rel=1e-12)
    path = along_years(sheet_of(duty=tariff(rate="30%")), "status-quo", (2025, 2030), 0.1, world=WORLD)
    assert path.present_value.values == pytest.approx(gains(path)[0] * (1 + 1 / 1.61051), rel=1e-12)


def test_each_year_is_the_equilibrium_of_its_stage() -> None:
    sheet = sheet_of(duty=tariff(staging=STAGED))
    path = along_years(sheet, "status-quo", range(2025, 2029), world=WORLD)
    for k, rate in enumerate((0.2, 0.1, 0.0, 0.0)):
        alone = sheet_of(duty=tariff(rate=f"{100 * rate:g}%"))
        eq = ds.solve(WORLD, alone.policy("status-quo", WORLD))
        assert gains(path)[k] == pytest.approx(eq.equivalent_variation.values, abs=1e-6)
        assert path.real_income.values[k] == pytest.approx(eq.real_income.values, rel=1e-10)
    assert not np.array_equal(gains(path)[0], gains(path)[1])


def test_the_day_of_the_year_decides_the_stage() -> None:
    sheet = sheet_of(duty=tariff(staging=STAGED))
    spring = along_years(sheet, "status-quo", (2026,), world=WORLD, day="03-31")
    winter = along_years(sheet, "status-quo", (2025,), world=WORLD)
    assert gains(spring) == pytest.approx(gains(winter), abs=1e-9)


def test_acts_come_and_go() -> None:
    acts = {"duty": tariff(rate="30%", **{"from": "2025-01-01"}), "late": tariff(rate="10%", until="2026-12-30")}
    acts["late"] |= {"products": "C26", "from": "2025-01-01"}
    sheet = sheet_of(**acts)
    path = along_years(sheet, "status-quo", (2024, 2025, 2026), world=WORLD)
    assert gains(path)[0] == pytest.approx(0.0, abs=1e-6)
    both = ds.solve(WORLD, sheet.policy("status-quo", WORLD, on=date(2025, 12, 31)))
    assert gains(path)[1] == pytest.approx(both.equivalent_variation.values, abs=1e-6)
    one = ds.solve(WORLD, sheet_of(duty=tariff(rate="30%")).policy("status-quo", WORLD))
    assert gains(path)[2] == pytest.approx(one.equivalent_variation.values, abs=1e-6)


def test_against_a_policy_the_gains_are_differences() -> None:
    sheet = sheet_of(duty=tariff(rate="30%"))
    alone = along_years(sheet, "status-quo", (2025, 2026), world=WORLD)
    same = along_years(sheet, "status-quo", (2025, 2026), against="before", world=WORLD)
    assert gains(same) == pytest.approx(gains(alone), abs=1e-6)
    none = along_years(sheet, "status-quo", (2025, 2026), against="no-deal", world=WORLD)
    assert np.all(gains(none) == 0.0)
    assert np.all(none.real_income.values == 1.0)


def test_the_closure_is_passed_on() -> None:
    sheet = sheet_of(duty=tariff(rate="30%"))
    short = along_years(sheet, "status-quo", (2025,), world=WORLD, horizon="short")
    eq = ds.solve(WORLD, sheet.policy("status-quo", WORLD), horizon="short")
    assert gains(short)[0] == pytest.approx(eq.equivalent_variation.values, abs=1e-6)
    assert short.equilibria[0].closing == eq.closing


def test_law_moves_on_its_own() -> None:
    sheet = ds.load_sheet("usa-korea-2025")
    world = ds.load_world("world-2022")
    path = along_years(sheet, "before", (2025, 2033), world=world, law=["us-japan-2019"])
    assert "usjta-beef" not in path.left_out
    gain = path.equivalent_variation.sel(region="USA")
    assert float(gain[1] - gain[0]) > 50.0  # lower duties on US beef in Japan are worth something to the United States
    apart = along_years(sheet, "no-deal", (2033,), against="before", world=world, law=["us-japan-2019"])
    plain = along_years(sheet, "no-deal", (2033,), world=world)
    assert float(apart.present_value.sel(region="KOR")) == pytest.approx(
        float(plain.present_value.sel(region="KOR")), rel=1e-2
    )


def test_a_year_without_a_solution_has_no_number() -> None:
    solved = along_years(sheet_of(duty=tariff(rate="30%")), "status-quo", (2025, 2026), world=WORLD)
    failed = replace(solved.equilibria[0], status=Status("no-equilibrium", "no wages clear", math.inf, 9), found=None)
    path = replace(solved, equilibria=(solved.equilibria[0], failed))
    assert not path.converged
    assert path.reason == "2026: no wages clear"
    with pytest.raises(NotConvergedError, match="status-quo, 2026: no wages clear"):
        _ = path.present_value


@pytest.mark.parametrize(
    ("years", "more", "words"),
    [
        ((), {}, "there are no years"),
        ((2026, 2025), {}, "do not rise"),
        ((2025,), {"discount": 5.0}, "discount rate of 5 cannot be meant"),
        ((2025,), {"day": "02-30"}, "not a day of every year"),
    ],
)
def test_what_cannot_be_meant(years: tuple[int, ...], more: dict[str, Any], words: str) -> None:
    with pytest.raises(DealspaceError, match=words):
        along_years(sheet_of(duty=tariff(rate="30%")), "status-quo", years, world=WORLD, **more)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'status-quo'"):
        along_years(sheet_of(duty=tariff(rate="30%")), "status-qou", (2025,), world=WORLD)
