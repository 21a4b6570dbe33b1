"""Duties by line against the acts by hand, and against the cell that the lines make up."""

from __future__ import annotations

import numpy as np
import pytest
from tests.instruments.small_world import ISSUES, MEASURES, ROWS, cell, small_sheet, small_world
from tests.instruments.test_compile import STATUS_QUO

from dealspace.errors import UnknownNameError
from dealspace.instruments.compile import compile_policy
from dealspace.instruments.line_rates import line_rates

WORLD = small_world()


def test_rates_by_line_are_those_of_the_acts() -> None:
    found = line_rates(small_sheet(), WORLD, "status-quo", "USA", "JPN")
    coded = found.codes != ""
    assert dict(zip(found.codes[coded].tolist(), (found.tau[coded] - 1).tolist(), strict=True)) == pytest.approx(
        STATUS_QUO, abs=1e-14
    )
    assert found.revenue == pytest.approx(found.tau, abs=1e-14)
    values = {row[1]: row[3] for row in ROWS if row[0] == "JPN"}
    assert dict(zip(found.codes[coded].tolist(), found.value[coded].tolist(), strict=True)) == pytest.approx(values)
    assert set(found.sector.tolist()) == set(WORLD.sectors)


def test_lines_make_up_their_cell() -> None:
    """With parts of lines, contents and a preference that costs: the lines' nest is the cell's, at eta = 2."""
    acts = {
        "part": MEASURES["s232-autos"] | {"coverage": "35%"},
        "content": {
            "kind": "tariff", "by": "USA", "on": "JPN", "products": "C29", "rate": "50%", "content": "20%",
            "source": "a test",
        },
        "fta": {
            "kind": "tariff", "by": "USA", "on": "JPN", "products": "hs:8703", "rate": "90%", "stacking": "cut",
            "utilisation": "60%", "origin_cost": "2%", "source": "a test",
        },
    }  # fmt: skip
    policies = {"before": [], "status-quo": list(acts), "no-deal": []}
    sheet = small_sheet(measures=acts, policies=policies, issues={"farm": ISSUES["farm"]})
    found = line_rates(sheet, WORLD, "status-quo", "USA", "JPN")
    here = found.sector == "C29"
    felt = (found.share * found.tau0 / (found.tau * found.barrier))[here].sum() ** -1
    policy = compile_policy(sheet, WORLD, "status-quo")
    at = cell(WORLD, "USA", "JPN", "C29")
    assert policy.tariff_price[at] * policy.trade_cost[at] == pytest.approx(felt, rel=1e-13)
    spent = (found.share * found.tau0 / (found.tau * found.barrier))[here] * felt
    assert policy.tariff[at] == pytest.approx(1 / (spent / found.revenue[here]).sum() - 1, rel=1e-12)
    assert (found.barrier[here] > 1).sum() == 1


def test_a_quota_is_named_and_leaves_the_duty_to_the_equilibrium() -> None:
    quota = {
        "kind": "quota", "by": "USA", "on": "JPN", "products": "hs:8703", "volume": "100 kt", "imports": "80 kt",
        "in_rate": "2.5%", "out_rate": "27.5%", "source": "a test",
    }  # fmt: skip
    measures = {"q": quota, "s232-autos": MEASURES["s232-autos"]}
    policies = {"before": [], "status-quo": list(measures), "no-deal": []}
    sheet = small_sheet(measures=measures, policies=policies, issues={"farm": ISSUES["farm"]})
    found = line_rates(sheet, WORLD, "status-quo", "USA", "JPN")
    assert found.quota[found.codes == "8703230190"].tolist() == ["q"]
    assert (found.quota != "").sum() == 1
    assert found.tau[found.codes == "8703230190"] == pytest.approx([1.025])
    with pytest.raises(UnknownNameError, match="unknown policy"):
        line_rates(sheet, WORLD, "statusquo", "USA", "JPN")
    assert np.all(found.tau[found.codes == "8708295160"] == pytest.approx(1.275))


def test_only_the_lines_asked_for() -> None:
    sheet = small_sheet()
    whole = line_rates(sheet, WORLD, "no-deal", "USA", "JPN")
    some = line_rates(sheet, WORLD, "no-deal", "USA", "JPN", hs=("8703", "0201"))
    rows = [k for k, code in enumerate(whole.codes.tolist()) if code[:4] in ("8703", "0201")]
    assert sorted(some.codes.tolist()) == ["0201305085", "8703230190"]
    for name in ("codes", "sector", "share", "tau0", "tau", "revenue", "barrier", "value"):
        assert getattr(some, name).tolist() == getattr(whole, name)[rows].tolist()
    assert len(line_rates(sheet, WORLD, "no-deal", "USA", "JPN", hs=("9999",)).codes) == 0
