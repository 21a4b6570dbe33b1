"""The answer on one screen, in the order of a minister's questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealspace.report.briefing_tables import deals_table, effects_table
from dealspace.report.reading import Case
from dealspace.report.sentences import concessions, no_deal, room, stake, threat, weights
from dealspace.report.sentences_offer import best_reply, final_offer, how_sure
from dealspace.report.words import day, wrap

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis

WIDTH = 100
HORIZONS = {"long": "long run", "medium": "medium run", "short": "short run"}
DEFICITS = {"fixed": "deficits fixed", "balanced": "balanced trade", "proportional": "deficits in proportion"}


def briefing(analysis: Analysis) -> str:
    """Return the briefing: at most 100 columns and 52 lines for two parties.

    Each line says one thing with its number and unit; basis, horizon, closure and unit stand in the header.
    """
    case = Case(analysis)
    lines = _header(case)
    lines += [*_part("At stake", stake(case, brief=True)), *_part("If no deal", no_deal(case, brief=True))]
    lines += [*effects_table(case)]
    lines += [*_part("What counts", weights(case, brief=True)), *_part("The threat", threat(case, brief=True))]
    lines += [*_part("Room", room(case, brief=True)), *_part("Concessions", concessions(case, brief=True))]
    lines += [*deals_table(case)]
    lines += [*_part("Final offer", final_offer(case, brief=True)), *_part("Best reply", best_reply(case, brief=True))]
    lines += _part("How sure", how_sure(case, brief=True))
    return "\n".join(lines)


def _header(case: Case) -> list[str]:
    sheet, analysis = case.sheet, case.analysis
    left = f"{sheet.title or sheet.name}, as of {day(sheet.as_of)}"
    horizon = HORIZONS.get(analysis.horizon, analysis.horizon)
    where = "" if case.world.name in unit(case) else f"{case.world.name}, "
    right = f"{where}{horizon}, {DEFICITS[analysis.closure]}, {unit(case)}"
    if len(left) + len(right) < WIDTH:
        return [left + right.rjust(WIDTH - len(left))]
    return [left, right]


def unit(case: Case) -> str:
    """Return the unit of every amount: ``bn USD a year at 2022 size``, or at the size of a world named by its year."""
    year, name = case.world.year, case.world.name
    if not year:
        return "bn USD a year"
    return f"bn USD a year at {name if str(year) in name else year} size"


def _part(label: str, sentences: list[str]) -> list[str]:
    return wrap(label, " ".join(sentences), width=WIDTH) if sentences else []
