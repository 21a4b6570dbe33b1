"""What a sheet means: selectors, policies, deals, weights."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from tests.termsheet.mini import WORLD, good

from dealspace.errors import SheetError, UnknownNameError
from dealspace.termsheet import sheet_from_mapping
from dealspace.termsheet.preferences import WeightTerm
from dealspace.termsheet.products import parse_products, parse_term
from dealspace.termsheet.quantities import parse_barrier, parse_points, parse_quantity, parse_rate, percent

SHEET = good()


def test_units_are_read_as_written() -> None:
    act: Any = SHEET.measures["letter-25"]
    assert act.rate == 0.25
    assert SHEET.measures["cars-25"].coverage == 0.9
    assert SHEET.issues["us-cars"].range == (0.025, 0.275)
    assert SHEET.issues["us-cars"].levels == (0.025, 0.15, 0.275)
    assert SHEET.issues["kr-barriers"].range == (0.0, 0.1)
    assert SHEET.offers["tabled"].values == {"us-rate": 0.1, "us-cars": 0.15, "kr-food": 0.5, "kr-barriers": 0.05}
    assert (SHEET.facts["deficit"].value.amount, SHEET.facts["deficit"].value.unit) == (66.0, "bn USD")


@pytest.mark.parametrize(
    ("text", "value"), [("25%", 0.25), ("2.5 %", 0.025), ("0.25", 0.25), ("1.0", 1.0), ("0", 0.0), (0.5, 0.5)]
)  # fmt: skip
def test_rates(text: object, value: float) -> None:
    assert parse_rate(text) == value


def test_points_and_barriers() -> None:
    assert parse_points("10 pp") == parse_points("10pp") == 0.1
    assert parse_barrier("12%") == parse_barrier("12 pp") == 0.12
    assert parse_quantity("3 USD bn").unit == "bn USD"


def test_policies_become_acts_in_order() -> None:
    assert [act.name for act in SHEET.acts("no-deal")] == ["letter-25", "cars-25"]
    assert [act.name for act in SHEET.acts("no-deal", "letters-applied")] == ["letter-25", "cars-25", "letters-30"]
    assert SHEET.acts("before", "letters-applied") == ()
    assert SHEET.threat == ("letter-25",)
    with pytest.raises(UnknownNameError, match="unknown policy 'no-dael'; did you mean 'no-deal'"):
        SHEET.acts("no-dael")
    with pytest.raises(UnknownNameError, match="unknown policy 'no-dael'"):
        SHEET.policy("no-dael")


def test_a_deal_keeps_what_no_issue_lifts() -> None:
    assert SHEET.deal_acts() == ()
    assert [act.name for act in SHEET.deal_acts("letters-applied")] == ["letters-30"]


def test_partners_leave_out_exceptions_and_the_actor() -> None:
    assert SHEET.partners(SHEET.measures["base-10"], WORLD) == ("KOR",)
    assert SHEET.partners(SHEET.measures["cars-25"], WORLD) == ("KOR", "JPN", "DEU", "FRA")
    assert SHEET.members(("PACT", "USA"), WORLD) == ("JPN", "DEU", "FRA", "USA")
    with pytest.raises(UnknownNameError, match="unknown region or group 'UK'"):
        SHEET.members("UK", WORLD)


def test_lists_are_those_of_the_sheet_and_the_built_in() -> None:
    assert SHEET.codes("cars") == ("870323", "8704")
    assert all(code.isdigit() for code in SHEET.codes("s232-autos"))
    with pytest.raises(UnknownNameError, match="unknown list 'carz'; did you mean 'cars'"):
        SHEET.codes("carz")


def test_the_end_at_which_a_party_gives_way() -> None:
    assert {name: issue.concedes for name, issue in SHEET.issues.items()} == {
        "us-rate": "low", "us-cars": "low", "kr-food": "high", "kr-barriers": "high",
    }  # fmt: skip
    assert SHEET.issues["kr-barriers"].write(0.05) == "5 pp"
    assert SHEET.issues["us-rate"].write(0.125) == "12.5%"


def test_weights_are_terms_named_as_measures() -> None:
    terms = SHEET.preference("USA").terms
    assert terms == (WeightTerm("ev", None, 1.0), WeightTerm("balance", None, 0.1), WeightTerm("output", "C29", 0.2))
    assert [term.measure("USA", "KOR") for term in terms] == ["ev:USA", "balance:USA:KOR", "output:USA:C29"]
    assert [term.key for term in SHEET.preference("KOR").terms] == ["ev", "va:A01"]
    assert SHEET.preference("nobody").terms == (WeightTerm("ev", None, 1.0),)


def test_no_deal_holds_a_probability_with_its_interval() -> None:
    chance = SHEET.no_deal.probability
    assert (chance.value, chance.low, chance.high) == (0.6, 0.4, 0.8)
    assert (SHEET.no_deal.otherwise, SHEET.no_deal.struck_down) == ("status-quo", "struck")
    assert SHEET.deadline is not None
    assert SHEET.deadline.date == date(2025, 8, 1)


def test_the_other_party() -> None:
    assert (SHEET.other("USA"), SHEET.other("KOR")) == ("KOR", "USA")
    with pytest.raises(UnknownNameError, match="unknown party 'JPN'"):
        SHEET.other("JPN")


def test_lines_and_file_are_remembered_but_do_not_count() -> None:
    assert SHEET.source_file == "us-korea.yaml"
    assert SHEET.lines["issues", "us-rate", "range"] == 35
    assert SHEET.lines["measures", "base-10"] == 11


def test_a_sheet_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        SHEET.name = "other"  # type: ignore[misc]


def test_a_mapping_makes_a_sheet_and_its_faults_have_paths() -> None:
    data: dict[str, Any] = {
        "schema": "dealspace/1", "name": "two", "as_of": date(2025, 7, 20), "world": "mini", "parties": ["USA", "KOR"],
        "measures": {"m": {"kind": "tariff", "by": "USA", "on": "KOR", "products": "all-goods", "rate": 0.25}},
        "policies": {"before": [], "status-quo": [], "no-deal": ["m"]},
        "issues": {"i": {"kind": "tariff", "by": "USA", "on": "KOR", "products": "C29", "range": ["0%", 0.25],
                         "stacking": "replace"}},
        "no_deal": {"probability": 1},
    }  # fmt: skip
    sheet = sheet_from_mapping(data, WORLD)
    assert sheet.issues["i"].high == 0.25
    data["issues"]["i"]["range"] = ["0%", 25]
    with pytest.raises(SheetError, match=r"^issues\.i\.range: 25 has no unit; write 25% or 0\.25\.$"):
        sheet_from_mapping(data, WORLD)


@pytest.mark.parametrize(
    ("term", "code", "overlap"),
    [
        ("hs:8703", "87032301", "all"), ("hs:8703", "8704", "none"), ("hs:8703", "87", "part"),
        ("hs:0201-0202", "020230", "all"), ("hs:0201-0202", "0203", "none"), ("hs:0201-0202", "02", "part"),
        ("hs:8703.23", "8703", "part"), ("C29", "8703", "none"),
    ],
)  # fmt: skip
def test_codes_are_compared_by_prefix(term: str, code: str, overlap: str) -> None:
    assert parse_term(term).overlap(code) == overlap


def test_a_selector_lists_its_terms() -> None:
    selector = parse_products(["C29", "hs:8703.23-8703.24", "list:s232-autos", "all-services"])
    assert (selector.sectors, selector.lists) == (("C29",), ("s232-autos",))
    assert str(selector) == "C29, hs:870323-870324, list:s232-autos, all-services"
    with pytest.raises(ValueError, match="names C29 twice"):
        parse_products(["C29", "C29"])


def test_percent_is_exact_for_decimal_fractions() -> None:
    assert [percent(x) for x in (0.275, 0.1, 1.0, 0.07, 1e-7)] == ["27.5%", "10%", "100%", "7%", "0.00001%"]


def test_reading_a_sheet_needs_no_jax() -> None:
    code = (
        "import sys; import dealspace.world.catalogue, dealspace.instruments.lists;"
        "from tests.termsheet.mini import good; good(); sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
