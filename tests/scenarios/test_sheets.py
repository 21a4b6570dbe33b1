"""The built-in sheets: they load, compile, carry their sources, know nothing later, and give the acts' own rates."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from dealspace.instruments.compile import compile_deals, compile_policy
from dealspace.instruments.explain import explain
from dealspace.instruments.explain_line import explain_line
from dealspace.termsheet import TermSheet, builtin_sheets, load_sheet
from dealspace.termsheet.base import Source
from dealspace.termsheet.quantities import first_day
from dealspace.world.catalogue import load_world
from dealspace.world.economy import Economy

SHEETS = ("eu-usa-2025", "us-japan-2025", "usa-korea-2025")


@cache
def world() -> Economy:
    return load_world("world-2022")


@cache
def sheet(name: str) -> TermSheet:
    return load_sheet(name, world())


def test_the_built_in_sheets() -> None:
    assert set(builtin_sheets()) >= set(SHEETS)


@pytest.mark.parametrize("name", SHEETS)
def test_every_number_has_a_source(name: str) -> None:
    entries = sheet(name)
    parts = {**entries.measures, **entries.issues, **entries.offers, **entries.facts, **entries.preferences}
    parts |= {"no_deal": entries.no_deal, "deadline": entries.deadline}
    for key, part in parts.items():
        source = part.source
        assert source is not None, key
        found = source if isinstance(source, Source) else entries.sources[source]
        assert all((found.title, found.publisher, found.url.startswith("https://"), found.date)), key


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_later_is_an_input(name: str) -> None:
    entries = sheet(name)
    assert entries.as_of == date(2025, 7, 20)
    assert {offer.hindsight for offer in entries.offers.values() if offer.date > entries.as_of} == {True}
    used = [entries.sources[str(part.source)] for part in (*entries.measures.values(), *entries.issues.values())]
    used += [entries.sources[str(part.source)] for part in entries.preferences.values()]
    assert max(first_day(str(source.date)) for source in used) <= entries.as_of
    for threat in entries.threat:
        assert entries.measures[threat].announced <= entries.as_of  # type: ignore[operator]


@pytest.mark.parametrize("name", SHEETS)
def test_no_source_stands_unused(name: str) -> None:
    entries = sheet(name)
    parts = [*entries.measures.values(), *entries.issues.values(), *entries.offers.values(), *entries.facts.values()]
    parts += [*entries.preferences.values(), entries.no_deal, entries.no_deal.survives, entries.deadline]
    used = {str(part.source) for part in parts if part is not None}
    assert set(entries.sources) <= used | {"live-by-the-letter", "lower-house"}


@pytest.mark.parametrize("name", SHEETS)
def test_policies_and_deals_compile(name: str) -> None:
    entries = sheet(name)
    for policy in entries.policies:
        wedges = compile_policy(entries, world(), policy).wedges
        assert np.isfinite(np.asarray(wedges.price_hat)).all()
        assert (np.asarray(wedges.price_hat) >= 1 - 1e-12).all()
    deals = compile_deals(entries, world())
    for offer in entries.offers.values():
        x = np.array([offer.values[issue] for issue in deals.issues])
        assert (np.asarray(deals.low) <= x).all()
        assert (x <= np.asarray(deals.high)).all()
        assert np.isfinite(np.asarray(deals.wedges(x).tau)).all()


@pytest.mark.parametrize("name", SHEETS)
def test_all_sheets_share_one_status_quo(name: str) -> None:
    """The same world on the same day: whoever talks, the duties in force are the same."""
    ours = compile_policy(sheet(name), world(), "status-quo").tariff
    theirs = compile_policy(sheet("us-japan-2025"), world(), "status-quo").tariff
    assert np.abs(ours - theirs).max() < 1e-14


def rate(product: str, exporter: str, policy: str = "status-quo", name: str = "us-japan-2025") -> float:
    return explain(sheet(name), world(), "USA", exporter, product, policy).duty


@pytest.mark.parametrize(
    ("product", "exporter", "added", "added_no_deal"),
    [
        ("list:s232-autos-vehicles", "JPN", 0.25, 0.25),  # cars
        ("hs:87083050", "JPN", 0.25, 0.25),  # brake parts
        ("hs:8429521010", "JPN", 0.10, 0.25),  # excavators
        ("hs:8486100000", "JPN", 0.0, 0.0),  # machines for wafers, exempt since 11 April
        ("hs:3004", "JPN", 0.0, 0.0),  # medicines, annex II
        ("hs:7304", "JPN", 0.50, 0.50),  # seamless steel tubes
        ("hs:98", "JPN", 0.0, 0.0),  # returned goods
        ("list:s232-autos-vehicles", "KOR", 0.25, 0.25),
        ("list:s232-autos-vehicles", "DEU", 0.25, 0.25),
        ("list:s232-autos-vehicles", "MEX", 0.15, 0.15),  # 25 % on 60 % of the value
        ("hs:8708", "MEX", 0.045, 0.045),  # 25 % on the 18 % outside USMCA, but for the metal content of some lines
        ("hs:0702", "MEX", 0.045, 0.045),  # tomatoes: fentanyl tariff on the same share
        ("hs:9018", "CHN", 0.30, 0.30),  # fentanyl and reciprocal
        ("hs:8471300100", "CHN", 0.20, 0.20),  # laptops: fentanyl only
        ("hs:7304", "GBR", 0.25, 0.25),
        ("hs:88", "GBR", 0.0, 0.0),  # aircraft
    ],
)
def test_points_over_the_normal_duty(product: str, exporter: str, added: float, added_no_deal: float) -> None:
    normal = rate(product, exporter, "before")
    slack = 0.05 if product == "hs:8708" else 1e-12
    assert added - 1e-12 <= rate(product, exporter) - normal <= added + slack
    more = rate(product, exporter, "no-deal") - rate(product, exporter)
    assert more == pytest.approx(added_no_deal - added, abs=1e-12)


def test_normal_duties_are_those_of_the_schedule() -> None:
    assert rate("list:s232-autos-vehicles", "JPN", "before") == pytest.approx(0.025, abs=2e-4)
    assert rate("list:s232-autos-vehicles", "JPN") == pytest.approx(0.275, abs=2e-4)
    assert rate("list:s232-autos-vehicles", "KOR", "before") < 0.001  # free under the agreement
    assert rate("hs:8703230190", "GBR") == pytest.approx(0.10, abs=1e-12)  # ten in all, within the quota


def test_under_the_framework_the_larger_of_normal_duty_and_15_per_cent() -> None:
    found = explain(sheet("us-japan-2025"), world(), "USA", "JPN", "hs:8703230190", "framework")
    assert found.duty == pytest.approx(0.15, abs=1e-15)
    beef = explain(sheet("us-japan-2025"), world(), "USA", "JPN", "hs:0201", "framework")
    for ruling in beef.rulings:
        if ruling.normal_range[0] >= 0.15:
            assert ruling.duty == pytest.approx(ruling.normal, abs=1e-15)


def test_the_letter_takes_the_place_of_the_reciprocal_tariff() -> None:
    (ruling,) = explain(sheet("us-japan-2025"), world(), "USA", "JPN", "hs:8429521010", "no-deal").rulings
    assert [step.name for step in ruling.steps] == ["letter-25"]
    assert dict(ruling.passed_over)["reciprocal-10"] == "letter-25 stands in its place"


@pytest.mark.parametrize(
    ("exporter", "in_force", "letters"),
    [("DEU", 0.10, 0.30), ("KOR", 0.10, 0.25), ("BRA", 0.10, 0.50), ("IND", 0.10, 0.10), ("JPN", 0.10, 0.10)],
)
def test_third_countries_by_reading(exporter: str, in_force: float, letters: float) -> None:
    """What an instrument line (no list) pays more than its normal duty, under each reading of the background."""
    entries = sheet("us-japan-2025")
    added = []
    for reading in ("in-force", "letters-applied"):
        found = explain(entries, world(), "USA", exporter, "hs:9018", background=reading)
        (general,) = {step.rate for ruling in found.rulings for step in ruling.steps}
        added.append(general)
    assert added == pytest.approx([in_force, letters], abs=1e-15)


def test_japans_cells_lie_between_their_lines() -> None:
    """Motor vehicles mix cars at 27.5 %, tractors at 10 % and returned goods at nothing."""
    policy = compile_policy(sheet("us-japan-2025"), world(), "status-quo")
    at = (world().region_index("USA"), world().region_index("JPN"))
    assert 0.24 < policy.tariff[(*at, world().sector_index("C29"))] < 0.275
    assert policy.tariff[(*at, world().sector_index("C21"))] < 0.01
    assert 0.25 < policy.tariff[(*at, world().sector_index("C24"))] < 0.50


def test_the_weights_and_chances_stand_in_their_intervals() -> None:
    entries = sheet("us-japan-2025")
    chance = entries.no_deal.probability
    assert chance.low is not None
    assert chance.high is not None
    assert chance.low < chance.value < chance.high
    assert {term.key for term in entries.preference("USA").terms} == {"ev", "balance", "output:C29"}
    assert entries.threat == ("letter-25",)


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize(
    ("line", "exporter", "day", "rate"),
    [
        ("8703.23", "JPN", "2025-04-02", 0.025),  # cars from 3 April, Proclamation 10908
        ("8703.23", "JPN", "2025-04-03", 0.275),
        ("8708.29.51.60", "JPN", "2025-05-02", 0.025),  # parts a month later, 2.5 % without the act
        ("8708.29.51.60", "JPN", "2025-05-03", 0.275),
        ("7208.51", "JPN", "2025-03-11", 0.0),  # metals at 25 % from 12 March, at 50 % from 4 June
        ("7208.51", "JPN", "2025-03-12", 0.25),
        ("7208.51", "JPN", "2025-06-03", 0.25),
        ("7208.51", "JPN", "2025-06-04", 0.50),
        ("7208.51", "JPN", "2025-07-20", 0.50),
        ("7208.51", "GBR", "2025-06-03", 0.25),  # the United Kingdom stays at 25 %
        ("7208.51", "GBR", "2025-07-20", 0.25),
        ("8703.23", "GBR", "2025-06-29", 0.275),  # and pays 10 % in all on cars from 30 June
        ("8703.23", "GBR", "2025-06-30", 0.10),
    ],
)
def test_lines_of_section_232_by_day(name: str, line: str, exporter: str, day: str, rate: float) -> None:
    found = explain_line(sheet(name), world(), "USA", exporter, line, on=date.fromisoformat(day))
    assert found.duty == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize("name", SHEETS)
def test_what_is_over_stands_in_no_policy(name: str) -> None:
    entries = sheet(name)
    over = {key for key, act in entries.measures.items() if act.until and act.until < entries.as_of}
    assert over == {"s232-metals-25", "s232-metal-content-25", "s232-autos-uk-25", "s232-parts-uk-25"}
    assert not over & {key for policy in entries.policies.values() for key in policy}
