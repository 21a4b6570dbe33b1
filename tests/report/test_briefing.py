"""The briefing's sentences and numbers, on a case whose answers are known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from dealspace.report import sentences as say
from dealspace.report import sentences_offer as offers
from dealspace.report.briefing import briefing
from dealspace.report.reading import Case
from dealspace.termsheet import parse_sheet

from .small_case import SHEET, StandIn, small_case


@pytest.fixture(scope="module")
def case(analysis):
    return Case(analysis)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_stake_names_its_basis_and_shares_add_up(case):
    assert say.stake(case) == [
        "The United States' goods deficit with Japan is 72.5 bn (imports 151.3, exports 78.8: customs basis, 2024); "
        "68.5 as general imports less exports.",
        "Of it: motor vehicles and parts 77 %, agriculture 23 %.",
    ]


def test_no_deal_says_what_it_replaces_and_who_loses_what(case):
    words = say.no_deal(case)
    assert words == [
        "25 % in place of 10 %, on top of the normal duty on all goods from 1 August 2025: real income of United "
        "States −3.4 bn (−0.26 %), Japan −4.1 bn (−0.31 %); others most moved: Korea +0.80 bn (+0.06 %).",
        "Short run: United States +0.50 bn (+0.04 %), Japan −5.0 bn (−0.38 %).",
        "Buyers who cannot switch leave much of a duty to the sellers, so a large importer's terms of trade gain in "
        "the short run what they do not in the long: these figures hang on the low elasticities of that run.",
        "Expected pay-offs (60 % carried out; brackets: over their intervals): United States −1.0 (−1.5 to −0.50), "
        "Japan −2.5 (−3.8 to −1.2).",
        "With the threats to third countries applied too: −0.90, −2.6.",
    ]


def test_threat_is_a_number_with_its_interval_and_no_verdict(case):
    first, even = say.threat(case)
    assert "gives the United States −3.4 of pay-off over backing down (−3.9 to −3.0 in 90 % of 400 draws" in first
    assert "above zero in 12 %, sampling error 9 to 16 %" in first
    assert first.endswith("real income alone −3.9.")
    assert "if a USD of goods balance with Japan is worth more than 0.27 of real income to it (now 0.1)" in even
    assert "read the break-even, not the sign" in even


def test_room_and_concessions(case):
    assert say.room(case) == [
        "34 % of packages (95 % sampling interval 29 to 39 %) beat no deal for both; 50 % for the United States, 70 % "
        "for Japan.",
        "Best pay-offs over no deal, the other at its own: United States +2.5, Japan +5.5.",
    ]
    assert "sampling" not in " ".join(say.room(case, brief=True))
    (words,) = say.concessions(case)
    assert words.endswith(
        "cut of Japan's car barriers +2.0 / +17 (+20 / +170), US rate on Japanese goods −40 / +50 (−1,000 / +1,200)."
    )


def test_final_offer_has_terms_odds_effects_and_shares(case):
    assert offers.final_offer(case) == [
        "Japan: US rate on Japanese goods 12.5 % (now about 10 %), cut of Japan's car barriers 5 pp (now 0 pp).",
        "United States accepts with 87 % (70 to 95 % over the threat's probability; sampling error 84 to 90 %); Japan "
        "then has +3.7 of pay-off over no deal, expected +4.6.",
        "Against the status quo: United States real income +0.40, goods balance with Japan +8.0; Japan real income "
        "+1.2; ratification is not modelled.",
        "Of the real income over no deal Japan takes 75 % (Japan +1.2, United States +0.40); of the two pay-offs, each "
        "as a part of the most it can be, 64 %.",
    ]


def test_best_reply_and_how_sure(case):
    reply, limit = offers.best_reply(case)
    assert reply == (
        "The United States: accept, if this is the last word (pay-off +1.4 over no deal); if it can still counter: "
        "the US rate on Japanese goods 20 % and the cut of Japan's car barriers 10 pp, which Japan accepts (United "
        "States +2.3, Japan 0)."
    )
    assert limit.startswith(
        "The most it could ask, Japan at its no deal: +2.5, with the US rate on Japanese goods 22 %"
    )
    sure = offers.how_sure(case)
    assert "Final offer, balanced trade: United States +1.2, Japan +3.5 over no deal." in sure
    assert (
        "Across 2 published elasticity sets: United States output of motor vehicles and parts now +2 to +4 %, Japan "
        "real income with no deal −0.62 to −0.31 %."
    ) in sure


def test_briefing_fits_a_screen_and_says_everything_in_order(analysis):
    text = briefing(analysis)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 60
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
    assert lines[1] == "small, long run, deficits fixed, bn USD a year at 2022 size"
    assert "nan" not in text.lower()


def test_effects_table_shows_every_policy_under_both_closures(analysis):
    lines = briefing(analysis).splitlines()
    top = next(k for k, line in enumerate(lines) if line.startswith("% on before"))
    assert lines[top + 1].split() == [
        *("United", "States", "−0.15", "−0.41", "+0.60", "+1.00", "+2.0", "+3.0"),
        *("0.0", "0.0", "−72.5", "−60.0", "−40.0"),
    ]  # fmt: skip
    balanced = ["balanced", "−0.14", "−0.37", "+0.60", "+1.00", "+2.0", "+3.0", "0.0", "0.0"]
    assert lines[top + 2].split()[:9] == balanced
    assert lines[top + 2].split()[9] == "−65.2"
    assert lines[top + 3].split()[0] == "Japan"
    assert lines[top + 3].split()[-3:] == ["+72.5", "+60.0", "+40.0"]


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
