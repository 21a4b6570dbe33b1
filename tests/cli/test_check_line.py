"""`check --line` and `simulate --years` on the command line: what is printed, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from dealspace.cli.check_line import FORMAT, percent
from dealspace.cli.main import execute
from dealspace.cli.simulate_years import read_discount, read_years
from dealspace.errors import DealspaceError

CAR = ["check", "us-japan-2025", "--line", "8703.23", "--importer", "USA", "--exporter", "JPN"]


def test_the_table_of_a_car(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([*CAR, "--on", "2025-07-20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "8703.23 into USA from JPN on 2025-07-20: 27.5 %."
    assert lines[1] == "Counted: the acts of us-japan-2025 in force on 2025-07-20."
    rows = [line.split() for line in lines if line.startswith(("normal duty", "s232-autos  "))]
    assert rows == [["normal", "duty", "2.5", "%", "2.5", "%"], ["s232-autos", "added", "25", "%", "27.5", "%"]]
    assert "  not reciprocal-10: carved out: except s232-autos" in lines
    assert any(line.startswith("s232-autos: Section 232, Proclamation 10908; from 2025-04-03") for line in lines)


def test_the_json_of_a_car_is_stable(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute([*CAR, "--on", "2025-07-20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "format", "sheet", "importer", "exporter", "line", "line_dotted", "on", "policy", "reading", "rate", "range",
        "rulings", "besides",
    ]  # fmt: skip
    assert (found["format"], found["rate"], found["line"]) == (FORMAT, 0.275, "870323")
    (ruling,) = found["rulings"]
    assert list(ruling) == [
        "codes", "share_of_trade", "part_of_each_code", "stage", "rate", "at_least", "added", "trade_cost_factor",
        "normal", "steps", "passed_over",
    ]  # fmt: skip
    assert (ruling["normal"]["rate"], ruling["steps"][0]["duty_after"]) == (0.025, 0.275)
    assert {"name": "letter-25", "reason": "not yet in force: from 2025-08-01"} in ruling["passed_over"]


def test_rice_says_both_rates(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "us-japan-2025", "--line", "100630", "--importer", "JPN", "--exporter", "USA"]
    assert execute(words) == 0
    out = capsys.readouterr().out
    assert out.startswith("1006.30 into JPN from USA on 2025-07-20: 0 % within the quota, 230.41 % over the quota.")
    assert "1006.30-090" in out


def test_an_unknown_duty_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "us-japan-2025", "--line", "2204.21.50", "--importer", "USA", "--exporter", "JPN"]
    assert execute(words) == 0
    assert "an unknown normal duty and 10 points on top." in capsys.readouterr().out
    assert execute([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rate"] is None


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--line", "8703.23"], "--line needs --importer and --exporter"),
        (["--line", "8703.23", "--importer", "USA"], "--line needs --exporter"),
        ([*CAR[2:], "--on", "20 July"], "--on '20 July' is not a day"),
        ([*CAR[2:], "--policy", "nodeal"], "unknown policy 'nodeal'; did you mean 'no-deal'?"),
        (["--on", "2025-07-20"], "--on has no effect without --line"),
        (["--line", "123", "--importer", "USA", "--exporter", "JPN"], "'123' is not a tariff line"),
    ],
)
def test_options_that_do_not_fit(words: list[str], fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["check", "us-japan-2025", *words]) == 2
    assert fault in capsys.readouterr().err


def test_numbers_in_words() -> None:
    assert [percent(x) for x in (0.275, 0.0, 2.304054, 0.0125)] == ["27.5 %", "0 %", "230.41 %", "1.25 %"]


def test_years_and_rates_are_read() -> None:
    assert read_years("2025-2027") == range(2025, 2028)
    assert read_years("2025") == range(2025, 2026)
    assert (read_discount("3%"), read_discount("0.05")) == (pytest.approx(0.03), 0.05)
    for text in ("25-27", "2027-2025", "2025-3000", "soon"):
        with pytest.raises(DealspaceError, match="--years"):
            read_years(text)
    with pytest.raises(DealspaceError, match="--discount 'three' is not a rate"):
        read_discount("three")


def test_simulate_over_years(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "usa-korea-2025", "--policy", "no-deal", "--years", "2025-2026", "--discount", "100%"]
    assert execute([*words, "--json"]) == 2  # a discount rate of one is refused
    capsys.readouterr()
    words[-1] = "50%"
    assert execute([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["years"], found["discount"], found["converged"]) == ([2025, 2026], 0.5, True)
    for row in found["regions"]:
        first, second = row["equivalent_variation_usd_mn"]
        assert row["present_value_usd_mn"] == pytest.approx(first + second / 1.5, rel=1e-12)
    assert execute(words) == 0
    assert "present value" in capsys.readouterr().out


def test_options_that_need_years(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["simulate", "usa-korea-2025", "--policy", "no-deal", "--against", "before"]) == 2
    assert "--against has no effect without --years" in capsys.readouterr().err


def test_a_group_is_no_region(capsys):
    assert execute(["check", "us-japan-2025", "--line", "8703.23", "--importer", "USA", "--exporter", "EU"]) == 2
    sentence = "--exporter EU: this is a group, whose members may pay apart; name one of DEU, FRA,"
    assert capsys.readouterr().err.startswith(sentence)
