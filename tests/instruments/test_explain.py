"""What applies to a line, in which order, and why other acts do not."""

from __future__ import annotations

from datetime import date

import pytest
from tests.instruments.small_world import ISSUES, MEASURES, small_sheet, small_world

from dealspace.errors import SheetError
from dealspace.instruments.explain import explain

WORLD = small_world()


def test_a_car() -> None:
    found = explain(small_sheet(), WORLD, "USA", "JPN", "8703.23")
    (ruling,) = found.rulings
    assert ruling.codes == ("8703230190",)
    assert ruling.normal == pytest.approx(0.025, abs=1e-15)
    assert [(step.name, step.how, step.rate) for step in ruling.steps] == [("s232-autos", "add", 0.25)]
    assert found.duty == pytest.approx(0.275, abs=1e-15)
    assert dict(ruling.passed_over)["reciprocal-10"].startswith("carved out: except s232-autos")


def test_an_exempted_line() -> None:
    found = explain(small_sheet(), WORLD, "USA", "JPN", "hs:8542")
    assert found.duty == 0.0
    assert found.rulings[0].steps == ()


def test_a_letter_stands_in_place_of_what_it_replaces() -> None:
    letter = MEASURES["letter-25"] | {"products": "C26"}
    policies = {"before": [], "status-quo": ["reciprocal-10", "s232-autos"], "no-deal": ["reciprocal-10", "letter-25"]}
    sheet = small_sheet(measures=MEASURES | {"letter-25": letter}, policies=policies)
    (ruling,) = explain(sheet, WORLD, "USA", "JPN", "hs:9018", "no-deal").rulings
    assert ruling.duty == pytest.approx(0.25, abs=1e-15)
    assert dict(ruling.passed_over) == {"reciprocal-10": "letter-25 stands in its place"}


def test_a_sector_is_split_by_treatment() -> None:
    found = explain(small_sheet(), WORLD, "USA", "JPN", "C29")
    shares = [(round(ruling.share, 6), ruling.codes[-1]) for ruling in found.rulings]
    assert shares == [(0.96, "8708295160"), (0.04, "8701100100")]
    assert found.rulings[0].normal_range == (0.025, 0.25)
    expected = (400 * 0.275 + 20 * 0.5 + 60 * 0.275 + 20 * 0.1) / 500
    assert found.duty == pytest.approx(expected, rel=1e-14)


def test_a_date_before_an_act_is_in_force() -> None:
    dated = {name: act | {"from": "2025-04-03"} for name, act in MEASURES.items() if name != "letter-25"}
    sheet = small_sheet(measures=MEASURES | dated)
    early = explain(sheet, WORLD, "USA", "JPN", "8703.23", on=date(2025, 4, 2))
    assert early.duty == pytest.approx(0.025, abs=1e-15)
    assert explain(sheet, WORLD, "USA", "JPN", "8703.23", on=date(2025, 4, 3)).duty == pytest.approx(0.275)


def test_an_inclusive_offer_takes_the_larger() -> None:
    sheet = small_sheet(offers={"o": {"by": "USA", "date": "2025-07-01", "autos": "15%", "general": "15%"}})
    assert explain(sheet, WORLD, "USA", "JPN", "8703.23", "o").duty == pytest.approx(0.15, abs=1e-15)
    assert explain(sheet, WORLD, "USA", "JPN", "8704.31", "o").duty == pytest.approx(0.25, abs=1e-15)
    (ruling,) = explain(sheet, WORLD, "USA", "JPN", "8703.23", "o").rulings
    assert dict(ruling.passed_over)["s232-autos"] == "autos stands in its place"


def test_metal_content_splits_a_line() -> None:
    content = MEASURES["s232-metals"] | {"products": "hs:8708", "coverage": "25%"}
    general = MEASURES["reciprocal-10"] | {"except": ["content"]}
    sheet = small_sheet(
        measures=MEASURES | {"content": content, "reciprocal-10": general},
        policies={"before": [], "status-quo": ["reciprocal-10", "content"], "no-deal": ["content"]},
        issues={"farm": ISSUES["farm"]},
    )
    found = explain(sheet, WORLD, "USA", "JPN", "8708.29")
    assert [(r.share, round(r.duty, 9)) for r in found.rulings] == [(0.75, 0.125), (0.25, 0.525)]
    assert "covers 25 %" in dict(found.rulings[0].passed_over)["content"]


def test_goods_that_are_not_traded_or_not_known() -> None:
    with pytest.raises(SheetError, match="USA imports no hs:1006 from JPN"):
        explain(small_sheet(), WORLD, "USA", "JPN", "hs:1006")
    with pytest.raises(SheetError, match="cannot be told apart"):
        explain(small_sheet(), WORLD, "JPN", "USA", "8703")
