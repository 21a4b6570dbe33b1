"""Which acts of a sheet count on a day or under a policy, and which stand aside for a reason of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dealspace.errors import unknown_name
from dealspace.instruments.clauses import MOVES, act_clauses, policy_clauses

if TYPE_CHECKING:
    from dealspace.instruments.stacking import Clause
    from dealspace.termsheet.acts import Act
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


@dataclass(frozen=True)
class Reading:
    """The acts that count.

    Attributes
    ----------
    words : str
        Which reading of the sheet this is, as a sentence without a full stop.
    day : datetime.date
        The day whose staged rates count.
    clauses : tuple of Clause
    idle : tuple of (Act, str)
        Acts that do not count, each with the reason.
    moves : dict of str to dict of str to float
        By quota, what an offer's issues make of it: ``volume``, ``markup`` and ``share:REGION``.
    """

    words: str
    day: date
    clauses: tuple[Clause, ...]
    idle: tuple[tuple[Act, str], ...]
    moves: dict[str, dict[str, float]]


def read_acts(
    sheet: TermSheet, world: Economy, policy: str | None, on: date | None, background: str | None = None
) -> Reading:
    """Return the acts that count: those in force on a day, or those of a policy or offer.

    Parameters
    ----------
    policy : str or None
        None takes every act of the sheet that is in force on the day, threatened ones once their date has come.
    on : datetime.date or None
        ``as_of`` of the sheet by default. A policy without a day names its acts whatever their dates.

    Raises
    ------
    UnknownNameError
        For a name that is neither a policy nor an offer.
    """
    day = on or sheet.as_of
    if policy is None:
        idle = tuple((act, why) for act in sheet.measures.values() if (why := _not_in_force(sheet, act, day)))
        aside = {act.name for act, _ in idle}
        acts = [act for act in sheet.measures.values() if act.name not in aside]
        clauses = tuple(clause for act in acts for clause in act_clauses(sheet, world, act, day))
        return Reading(f"the acts of {sheet.name} in force on {day}", day, clauses, idle, {})
    if policy not in sheet.policies and policy not in sheet.offers:
        raise unknown_name("policy", policy, [*sheet.policies, *sheet.offers])
    kind = "policy" if policy in sheet.policies else "offer"
    clauses = policy_clauses(sheet, world, policy, background, on)
    acts = sheet.acts(policy if kind == "policy" else "status-quo", background)
    idle = tuple((act, why) for act in acts if on is not None and (why := _out_of_time(act, on)))
    dates = "whatever the dates of its acts" if on is None else f"as far as its acts are in force on {day}"
    return Reading(f"the {kind} {policy} of {sheet.name}, {dates}", day, clauses, idle, _moves(sheet, policy))


def _not_in_force(sheet: TermSheet, act: Act, day: date) -> str:
    """Say why an act of the sheet does not count on a day; empty when it does.

    Acts of the status quo and of no deal are in force or threatened, with what the background adds; what only other
    policies name is an option that nobody has announced.
    """
    if act.hindsight:
        return f"known only after {sheet.as_of}, the day the sheet stands on"
    usual = {*sheet.policies["status-quo"], *sheet.policies["no-deal"]}
    for reading in ("in-force", "letters-applied"):
        usual |= set(sheet.background.added(reading))
    others = [name for name, acts in sheet.policies.items() if act.name in acts]
    if others and act.name not in usual:
        return f"an option, in {', '.join(others)} only"
    if act.from_ is None and act.name not in sheet.policies["status-quo"]:
        return "it has no date and is not in the status quo, so it is not taken to be in force"
    return _out_of_time(act, day)


def _out_of_time(act: Act, day: date) -> str:
    if act.from_ is not None and day < act.from_:
        return f"not yet in force: from {act.from_}"
    if act.until is not None and day > act.until:
        return f"no longer in force: until {act.until}"
    return ""


def _moves(sheet: TermSheet, policy: str) -> dict[str, dict[str, float]]:
    """Return what an offer makes of quotas."""
    found: dict[str, dict[str, float]] = {}
    values = sheet.offers[policy].values if policy not in sheet.policies else {}
    for name, value in values.items():
        issue = sheet.issues[name]
        if isinstance(issue, MOVES):
            key = f"share:{issue.on[0]}" if issue.kind == "quota-share" else issue.kind.removeprefix("quota-")
            found.setdefault(issue.quota, {})[key] = value
    return found
