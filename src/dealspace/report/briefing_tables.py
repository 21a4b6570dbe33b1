"""The two compact tables of the briefing: effects of the policies, and deals side by side."""

from __future__ import annotations

import textwrap

import numpy as np

from dealspace.bargaining.results import BargainingSolution
from dealspace.report.reading import Case
from dealspace.report.words import MISSING, SOLUTION_TITLES, billions, capital, columns, number, share, shorten

_SECTORS = 2
_THIRD_PARTIES = 2
_WIDTH = 100


def effects_table(case: Case) -> list[str]:
    """Lay out income, prices, main sectors and balance of the parties and others most moved, by policy and closure."""
    sectors = case.main_sectors[:_SECTORS]
    titles = ["real income", "prices", *(shorten(case.names.within(code)) for code in sectors)]
    header = ["% on before", *["now", "no deal"] * len(titles), "before", "now", "no deal"]
    lines = [header]
    for place in (*case.parties, *case.third_parties[:_THIRD_PARTIES]):
        for closure in case.analysis.closures[:2]:
            name = case.names.region(place)
            label = name if closure == case.analysis.closure else f"  {closure}"
            lines.append([label, *_cells(case, place, closure, sectors)])
    starts = [1 + 2 * k for k in range(len(titles) + 1)]  # the first column of each group stands apart
    widths = [max(len(line[k]) for line in lines) + (1 if k else 0) + (k in starts) for k in range(len(header))]
    for k, title in enumerate(titles):  # a title takes the width of its two columns or widens the first
        widths[2 * k + 1] += max(0, len(title) + 2 - widths[2 * k + 1] - widths[2 * k + 2])
    top = " " * widths[0]
    for k, title in enumerate(titles):
        top += title.rjust(widths[2 * k + 1] + widths[2 * k + 2])
    top += "goods balance, bn".rjust(sum(widths[-3:]))
    laid = [
        "".join(cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]
    note = "Balanced: the base re-solved without aggregate deficits; its balances are not the customs ones."
    return [top, *(line.rstrip() for line in laid), note]


def _cells(case: Case, place: str, closure: str, sectors: tuple[str, ...]) -> list[str]:
    """Return the cells of one place: each outcome now and with no deal, then the balances of the parties.

    Third countries have no balance here: theirs with a party is not brought to customs totals.
    """
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
    outside = place in case.third_parties
    levels = [case.effect(place, policy, closure, "before") for policy in ("before", "status-quo", "no-deal")]
    return [
        *(cell for pair in zip(*changes, strict=True) for cell in pair),
        *(
            "" if outside else MISSING if effect is None else number(effect.balance / 1e3, 1, sign=True)
            for effect in levels
        ),
    ]


def deals_table(case: Case) -> list[str]:
    """Lay out solutions, tabled offers and final offers: pay-offs over no deal and terms, as many as fit."""
    rows = _rows(case)
    if not rows:
        return []
    for count in range(len(case.issues), 0, -1):
        laid = [found for depth in (1, 2, 3, 4) if (found := _lay(case, rows, count, depth))]
        if laid:
            left_out = len(case.issues) - count
            return laid[0] + ([f"{left_out} more issues: see the report."] if left_out else [])
    return []


def _lay(case: Case, rows: list[Row], count: int, depth: int) -> list[str]:
    """Lay out the first `count` issues under titles of at most `depth` lines; empty where that is too wide."""
    names = [name.replace("-", " ") for name in list(case.issues)[:count]]
    titles = [*map(case.names.region, case.parties), "accepted", *names]
    heads = _stacked(titles, depth)
    stack = [["Pay-off over no deal" if k == len(heads) - 1 else "", *line] for k, line in enumerate(heads)]
    body = [[label, *gains, chance, *values[:count]] for label, gains, chance, values in rows]
    laid = columns(stack[0], [*stack[1:], *body])
    return laid if max(map(len, laid)) <= _WIDTH else []


def _stacked(titles: list[str], depth: int) -> list[list[str]]:
    """Break each column title into at most `depth` lines, as narrow as that allows, aligned at the bottom."""
    broken = [
        next(
            lines
            for width in range(4, 200)
            if len(lines := textwrap.wrap(title, width, break_long_words=False)) <= depth
        )
        for title in titles
    ]
    depth = max(len(lines) for lines in broken)
    return [["" if k < depth - len(lines) else lines[k - depth + len(lines)] for lines in broken] for k in range(depth)]


Row = tuple[str, list[str], str, list[str]]


def _rows(case: Case) -> list[Row]:
    found: list[Row] = []
    for name, solution in case.bargain.solutions.items():
        found += _solution_rows(case, SOLUTION_TITLES.get(name, name), solution)
    found = _merged(found)
    for point in case.bargain.points:
        if point.kind == "offer" and point.deal is not None and not _concedes_nothing(case, point.deal):
            found.append(_row(case, capital(case.point_title(point.name)), point.payoffs, point.deal, ""))
    for party, final in case.bargain.final_offers.items():
        if final.offer is not None:
            chance = share(final.offer.acceptance)
            found.append(_row(case, case.names.offer_of(party), final.offer.payoffs, final.offer.deal, chance))
    return found


def _concedes_nothing(case: Case, deal: np.ndarray) -> bool:
    """Whether a package is the threat itself: nobody gives way on any issue."""
    return bool(np.allclose(deal, [axis.kept for axis in case.issues.values()]))


def _merged(rows: list[Row]) -> list[Row]:
    """Put solutions that show the same terms and pay-offs on one line."""
    joined: dict[tuple[str, ...], Row] = {}
    for label, gains, chance, values in rows:
        key = (*gains, *values)
        label = f"{joined[key][0]}, {label}" if key in joined else label
        joined[key] = (label, gains, chance, values)
    return list(joined.values())


def _solution_rows(case: Case, title: str, solution: BargainingSolution) -> list[Row]:
    """Return one row, or one for each deal of a lottery whose deals differ in what is shown."""
    likely = [k for k in np.argsort(-solution.probabilities) if solution.probabilities[k] >= 0.005]
    rows = [
        _row(
            case, f"{title} {share(float(solution.probabilities[k]))}", solution.deal_payoffs[k], solution.deals[k], ""
        )
        for k in likely
    ]
    if len({tuple(values) for _, _, _, values in rows}) == 1:
        return [_row(case, title, solution.payoffs, solution.deals[likely[0]], "")]
    return rows


def _row(case: Case, label: str, payoffs: np.ndarray, deal: np.ndarray, chance: str) -> Row:
    gains = [billions(gain, sign=True) for gain in case.over_no_deal(payoffs)]
    return label, gains, chance, [case.value(name, x) for name, x in zip(case.issues, deal, strict=True)]
