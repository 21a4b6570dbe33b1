"""The two compact tables of the briefing: effects of the policies, and deals side by side."""

from __future__ import annotations

import textwrap

import numpy as np

from dealspace.report.reading import Case
from dealspace.report.tables_deal import SOLUTION_TITLES
from dealspace.report.words import MISSING, billions, capital, columns, number, share

_SECTORS = 2
_OUTSIDERS = 2
_MOST_ISSUES = 5


def effects_table(case: Case) -> list[str]:
    """Lay out, for both parties and some others, income, prices, main sectors and balance by policy and closure."""
    sectors = case.main_sectors[:_SECTORS]
    titles = ["real income", "prices", *(_short_sector(case.names.within(code)) for code in sectors)]
    outsiders = [effect.place for effect in case.most_affected("no-deal", _OUTSIDERS)]
    header = [*["now", "no deal"] * len(titles), "before", "now", "no deal"]
    lines = []
    for k, closure in enumerate(case.analysis.closures[:2]):
        lines.append([_CLOSURES[closure], *(header if k == 0 else [""] * len(header))])
        for place in (*case.parties, *outsiders):
            lines.append([f"{case.names.region(place):.13s}", *_cells(case, place, closure, sectors)])
    starts = [1 + 2 * k for k in range(len(titles) + 1)]  # the first column of each group stands apart
    widths = [max(len(line[k]) for line in lines) + (1 if k else 0) + (k in starts) for k in range(len(header) + 1)]
    top = "% on before".ljust(widths[0])
    for k, title in enumerate(titles):
        top += f"{title:.14s}".rjust(widths[2 * k + 1] + widths[2 * k + 2])
    top += "goods balance, bn".rjust(sum(widths[-3:]))
    laid = [
        "".join(cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]
    whom = f", others with {case.names.the(case.partner(outsiders[0]))}" if outsiders else ""
    foot = f"Prices: of consumers, against wages. Balances: the parties with each other{whom}."
    return [top, *(line.rstrip() for line in laid), *textwrap.wrap(foot, 100)]


_CLOSURES = {"fixed": "Deficits fixed", "balanced": "Balanced trade", "proportional": "In proportion"}


def _short_sector(name: str) -> str:
    """Cut a sector's name to twelve letters: ``motor vehicles and parts`` to ``vehicles``."""
    short = name.split(",")[0].removesuffix(" and parts")
    return short if len(short) <= 12 else f"{short.split()[-1]:.12s}"


def _cells(case: Case, place: str, closure: str, sectors: tuple[str, ...]) -> list[str]:
    """Return the cells of one place: each outcome now and with no deal, then the balances."""
    effects = [case.effect(place, policy, closure, "before") for policy in ("status-quo", "no-deal")]
    changes = [
        [MISSING] * (2 + len(sectors))
        if effect is None
        else [
            *(number(100 * x, 2, sign=True) for x in (effect.real_income, effect.consumer_price)),
            *(number(100 * effect.output.get(code, np.nan), 1, sign=True) for code in sectors),
        ]
        for effect in effects
    ]
    levels = [case.effect(place, policy, closure, "before") for policy in ("before", "status-quo", "no-deal")]
    return [
        *(cell for pair in zip(*changes, strict=True) for cell in pair),
        *(MISSING if effect is None else number(effect.balance / 1e3, 1, sign=True) for effect in levels),
    ]


def deals_table(case: Case) -> list[str]:
    """Lay out solutions, tabled offers and final offers: gains over no deal and terms."""
    issues = list(case.issues)[:_MOST_ISSUES]
    heads = _stacked([*(f"{party} gain" for party in case.parties), "accepted", *(name.replace("-", " ") for name in issues)])
    rows = [row for row in _rows(case) if row is not None]
    if not rows:
        return []
    body = [[label, *gains, chance, *values[: len(issues)]] for label, gains, chance, values in rows]
    lead = ["Gain over no deal", *([""] * (len(heads[0]) if heads else 0))]
    stack = [[lead[0] if k == 0 else "", *line] for k, line in enumerate(heads)]
    laid = columns(stack[0], [*stack[1:], *body])
    left_out = len(case.issues) - len(issues)
    return laid + ([f"{left_out} more issues: see the report."] if left_out > 0 else [])


def _stacked(titles: list[str], width: int = 13) -> list[list[str]]:
    """Break column titles into lines of at most `width`, aligned at the top."""
    broken = [textwrap.wrap(title, width) for title in titles]
    depth = max(len(lines) for lines in broken)
    return [[lines[k] if k < len(lines) else "" for lines in broken] for k in range(depth)]


Row = tuple[str, list[str], str, list[str]]


def _rows(case: Case) -> list[Row]:
    found: list[Row] = []
    for name, solution in case.bargain.solutions.items():
        for k in np.argsort(-solution.probabilities):
            chance = solution.probabilities[k]
            if chance < 0.005:
                continue
            title = SOLUTION_TITLES.get(name, name)
            label = title if chance > 0.995 else f"{title}, {share(float(chance))}"
            found.append(_row(case, label, solution.deal_payoffs[k], solution.deals[k], ""))
    for point in case.bargain.points:
        if point.kind == "offer" and point.deal is not None:
            found.append(_row(case, capital(case.point_title(point.name)), point.payoffs, point.deal, ""))
    for party, final in case.bargain.final_offers.items():
        if final.offer is not None:
            chance = share(final.offer.acceptance)
            label = f"{party} final offer"
            found.append(_row(case, label, final.offer.payoffs, final.offer.deal, chance))
    return found


def _row(case: Case, label: str, payoffs: np.ndarray, deal: np.ndarray, chance: str) -> Row:
    gains = [billions(gain, sign=True) for gain in case.over_no_deal(payoffs)]
    return label, gains, chance, [case.value(name, x) for name, x in zip(case.issues, deal, strict=True)]
