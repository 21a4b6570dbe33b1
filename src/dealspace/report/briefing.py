"""The answer on one screen, in the order of a minister's questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealspace.report.briefing_tables import deals_table, effects_table
from dealspace.report.reading import Case
from dealspace.report.sentences import (
    best_reply,
    concessions,
    final_offer,
    how_sure,
    no_deal,
    room,
    stake,
    threat,
    weights,
)
from dealspace.report.words import day, wrap

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis

WIDTH = 100
HORIZONS = {"long": "long run", "medium": "medium run", "short": "short run"}
DEFICITS = {"fixed": "deficits fixed", "balanced": "balanced trade", "proportional": "deficits in proportion"}


def briefing(analysis: Analysis) -> str:
    """Return the briefing: at most 100 columns and about 45 lines.

    Each line says one thing with its number and unit; basis, horizon, closure and unit stand in the header.
    """
    case = Case(analysis)
    lines = _header(case)
    lines += [*_part("At stake", stake(case)), *_part("If no deal", no_deal(case)), ""]
    lines += [*effects_table(case), ""]
    lines += [*_part("What counts", weights(case)), *_part("The threat", threat(case)), *_part("Room", room(case))]
    lines += [*_part("Concessions", concessions(case)), ""]
    lines += [*deals_table(case), ""]
    lines += [*_part("Final offer", final_offer(case)), *_part("Best reply", best_reply(case, in_full=False))]
    lines += _part("How sure", how_sure(case))
    return "\n".join(lines)


def _header(case: Case) -> list[str]:
    sheet, analysis = case.sheet, case.analysis
    left = f"{sheet.title or sheet.name}, as of {day(sheet.as_of)}"
    horizon = HORIZONS.get(analysis.horizon, analysis.horizon)
    right = f"{case.world.name} | {horizon} | {DEFICITS[analysis.closure]} | bn USD a year"
    if len(left) + len(right) + 2 <= WIDTH:
        return [left + right.rjust(WIDTH - len(left))]
    return [left, right]


def _part(label: str, sentences: list[str]) -> list[str]:
    return wrap(label, " ".join(sentences), width=WIDTH) if sentences else []
