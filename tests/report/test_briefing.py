"""The briefing's sentences and numbers, on a case whose answers are known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from dealspace.report import sentences as say
from dealspace.report.briefing import briefing
from dealspace.report.reading import Case
from dealspace.termsheet import parse_sheet

from .small_case import SHEET, StandIn, small_case


@pytest.fixture(scope="module")
def case(analysis):
    return Case(analysis)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_stake_names_its_basis_and_the_other_one(case):
    assert say.stake(case) == [
        "The United States' goods deficit with Japan is 72.5 bn (imports 151.3 less exports 78.8: customs "
        "basis, 2024); "
        "68.5 as general imports less exports.",
        "Motor vehicles and parts are 77 % of it and agriculture 23 %.",
    ]


def test_no_deal_says_who_loses_what_against_the_status_quo(case):
    words = say.no_deal(case)
    assert words[0].startswith("25 % on top of the duty on all goods from 1 August 2025, against the status quo: ")
    assert "the United States loses 3.4 bn" in words[0]
    assert "Japan loses 4.1 bn (0.31 % of real income)" in words[0]
    assert "others most moved: Korea +0.06 %" in words[0]
    assert words[1] == (
        "Expected pay-offs (carried out with probability 60 %): the United States −1.0 (−1.5 to −0.50) and "
        "Japan −2.5 (−3.8 to −1.2)."
    )


def test_threat_is_a_number_with_its_interval_and_no_verdict(case):
    text = " ".join(say.threat(case))
    assert "costs the United States 3.4 bn a year more than backing down (3.0 to 3.9 in 90 % of 400 draws" in text
    assert "it pays by itself in 12 %, 9 to 16 %" in text
    assert "on real income alone it costs 3.9" in text
    assert "if a USD of goods balance with Japan is worth more than 0.27 USD of real income to it (now 0.1)" in text


def test_room_and_concessions(case):
    assert say.room(case) == [
        "34 % of packages (29 to 39 %) beat no deal for both; the United States prefers 50 % of packages "
        "to no deal, Japan "
        "70 %.",
        "Without the other losing, the United States gains at most 2.5 bn over no deal and Japan 5.5 bn.",
    ]
    assert say.concessions(case) == [
        "Value of a point to giver / taker in mn USD a year, cheapest first: the cut of Japan's car "
        "barriers (+2.0 / +17) "
        "and the US rate on Japanese goods (−40 / +50)."
    ]


def test_final_offer_has_terms_odds_and_share(case):
    text = " ".join(say.final_offer(case))
    assert text.startswith("Japan: the US rate on Japanese goods 12.5 % and the cut of Japan's car barriers 5 pp.")
    assert "The United States accepts with probability 87 % (84 to 90 %); Japan then gains +3.7 over no deal" in text
    assert "in expectation +4.6" in text
    assert "It keeps 64 % of the joint gains." in text


def test_best_reply_and_how_sure(case):
    assert say.best_reply(case) == [
        "The United States: at its central weights accept, and gain 1.4.",
        "Counter-offer to expect: the US rate on Japanese goods 20 % and the cut of Japan's car barriers "
        "10 pp (the United "
        "States +2.3, Japan 0 over no deal).",
    ]
    assert (
        "Under balanced trade the final offer gives the United States +1.2 and Japan +3.5 over no deal."
        in say.how_sure(case)
    )


def test_briefing_fits_a_screen_and_says_everything_in_order(analysis):
    text = briefing(analysis)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 50
    labels = [
        "At stake",
        "If no deal",
        "What counts",
        "The threat",
        "Room",
        "Concessions",
        "Final offer",
        "Best reply",
        "How sure",
    ]
    places = [next(k for k, line in enumerate(lines) if line.startswith(label)) for label in labels]
    assert places == sorted(places)
    assert lines[0].startswith("United States - Japan, as of 20 July 2025")
    assert lines[0].endswith("small | long run | deficits fixed | bn USD a year")
    assert "nan" not in text.lower()


def test_effects_table_shows_every_policy_under_both_closures(analysis):
    lines = briefing(analysis).splitlines()
    fixed = next(k for k, line in enumerate(lines) if line.startswith("Deficits fixed"))
    balanced = next(k for k, line in enumerate(lines) if line.startswith("Balanced trade"))
    assert lines[fixed + 1].split() == [
        *("United", "States", "−0.15", "−0.41", "+0.60", "+1.00", "+2.0", "+3.0"),
        *("0.0", "0.0", "−72.5", "−60.0", "−40.0"),
    ]  # fmt: skip
    assert lines[fixed + 2].split()[0] == "Japan"
    assert lines[fixed + 2].split()[-3:] == ["+72.5", "+60.0", "+40.0"]
    assert lines[balanced + 1].split()[-3:] == ["−65.2", "−54.0", "−36.0"]
    assert lines[balanced + 3].split()[0] == "Korea"


def test_without_a_zone_nothing_is_invented():
    analysis = small_case()
    zone = dataclasses.replace(analysis.bargain.zone, status="no-zone", share=0.0, best=())
    nowhere = np.full(2, np.nan)
    nash = dataclasses.replace(
        analysis.bargain.solutions["nash"], status="no-zone", deals=np.empty((0, 2)), probabilities=np.empty(0),
        deal_payoffs=np.empty((0, 2)), payoffs=nowhere, gains=nowhere, normalised=nowhere,
    )  # fmt: skip
    final = dataclasses.replace(
        analysis.bargain.final_offers["JPN"], status="no-zone", offer=None, counter=None, surplus_share=None
    )
    analysis.bargain = dataclasses.replace(
        analysis.bargain, status="no-zone", zone=zone, solutions={"nash": nash}, final_offers={"JPN": final}
    )
    text = flat(briefing(analysis))
    assert "No package beats no deal for both" in text
    assert (
        "Japan has no offer that is better for it than no deal and that the United States accepts in any draw." in text
    )
    assert "Nash" not in text
    assert "nan" not in text.lower()


def test_an_unsolved_no_deal_shows_a_reason_and_no_number():
    analysis = small_case()
    broken = StandIn(
        analysis.world, (0, 0, 0), (1, 1, 1), (1, 1, 1), 0.0, converged=False, reason="wages diverge in USA."
    )
    analysis.equilibria["no-deal", "fixed"] = broken
    words = " ".join(say.no_deal(Case(analysis)))
    assert "No deal under fixed trade has no solution: wages diverge in USA." in words
    assert not any(figure in words for figure in "0123456789")


def test_a_group_is_one_party_with_its_members_added_up():
    analysis = small_case()
    text = SHEET.replace("parties: [USA, JPN]", "parties: [USA, ASIA]\ngroups: {ASIA: [JPN, KOR]}")
    text = (
        text.replace("on: JPN", "on: ASIA").replace("by: JPN", "by: ASIA").replace("  JPN: welfare", "  ASIA: welfare")
    )
    analysis.sheet = parse_sheet(text, world=analysis.world)
    analysis.third_parties = ()
    effect = Case(analysis).effect("ASIA", "no-deal", "fixed")
    assert effect.gain == pytest.approx(-4070 + 800)
    assert effect.balance == pytest.approx(40000 + 1200)
