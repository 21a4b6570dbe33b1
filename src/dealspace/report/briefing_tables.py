"""The two compact tables of the briefing: effects of the policies, and deals side by side."""

from __future__ import annotations

import textwrap

import numpy as np

from dealspace.bargaining.results import BargainingSolution
from dealspace.report.reading import Case
from dealspace.report.words import MISSING, billions, capital, columns, number, share

_SECTORS = 2
_OUTSIDERS = 2
_WIDTH = 100


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
            lines.append([f"{case.names.region(place):.14s}", *_cells(case, place, closure, sectors)])
    starts = [1 + 2 * k for k in range(len(titles) + 1)]  # the first column of each group stands apart
    widths = [max(len(line[k]) for line in lines) + (1 if k else 0) + (k in starts) for k in range(len(header) + 1)]
    top = "% on before".ljust(widths[0])
    for k, title in enumerate(titles):
        top += f"{title:.13s}".rjust(widths[2 * k + 1] + widths[2 * k + 2])
    top += "goods balance, bn".rjust(sum(widths[-3:]))
    laid = [
        "".join(cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]
    whom = f", of others with {case.names.the(case.partner(outsiders[0]))}" if outsiders else ""
    foot = f"Prices against wages; balances of the parties with each other{whom}."
    return [top, *(line.rstrip() for line in laid), *textwrap.wrap(foot, _WIDTH)]


_CLOSURES = {"fixed": "Deficits fixed", "balanced": "Balanced trade", "proportional": "In proportion"}


def _short_sector(name: str) -> str:
    """Cut a sector's name to thirteen letters: ``motor vehicles and parts`` to ``vehicles``."""
    short = name.split(",")[0].removesuffix(" and parts")
    return short if len(short) <= 13 else f"{short.split()[-1]:.13s}"


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
    """Lay out solutions, tabled offers and final offers: gains over no deal and terms, as many as fit."""
    rows = _rows(case)
    if not rows:
        return []
    for count in range(len(case.issues), 0, -1):
        names = [name.replace("-", " ") for name in list(case.issues)[:count]]
        heads = _stacked([*(f"{party} gain" for party in case.parties), "accepted", *names])
        stack = [["Over no deal" if k == 0 else "", *line] for k, line in enumerate(heads)]
        body = [[label, *gains, chance, *values[:count]] for label, gains, chance, values in rows]
        laid = columns(stack[0], [*stack[1:], *body])
        if max(map(len, laid)) <= _WIDTH:
            left_out = len(case.issues) - count
            return laid + ([f"{left_out} more issues: see the report."] if left_out else [])
    return []


def _stacked(titles: list[str], width: int = 11) -> list[list[str]]:
    """Break column titles into lines of at most `width`, aligned at the top."""
    broken = [textwrap.wrap(title, width) for title in titles]
    depth = max(len(lines) for lines in broken)
    return [[lines[k] if k < len(lines) else "" for lines in broken] for k in range(depth)]


Row = tuple[str, list[str], str, list[str]]


def _rows(case: Case) -> list[Row]:
    found: list[Row] = []
    for name, solution in case.bargain.solutions.items():
        found += _solution_rows(case, _SHORT_TITLES.get(name, name), solution)
    found = _merged(found)
    for point in case.bargain.points:
        if point.kind == "offer" and point.deal is not None:
            found.append(_row(case, capital(case.point_title(point.name)), point.payoffs, point.deal, ""))
    for party, final in case.bargain.final_offers.items():
        if final.offer is not None:
            chance = share(final.offer.acceptance)
            found.append(_row(case, f"{party} final offer", final.offer.payoffs, final.offer.deal, chance))
    final = case.final_offer
    if final is not None and final.counter is not None and final.counter.deal is not None:
        found.append(_row(case, f"{final.other} counter", final.counter.payoffs, final.counter.deal, ""))
    return found


_SHORT_TITLES = {"nash": "Nash", "kalai-smorodinsky": "Kalai-S.", "egalitarian": "Equal gains"}


def _merged(rows: list[Row]) -> list[Row]:
    """Put solutions that show the same terms and gains on one line."""
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
