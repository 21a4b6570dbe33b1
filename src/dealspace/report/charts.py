"""The charts of the report: who gains, the frontier, sectors."""

from __future__ import annotations

from dataclasses import dataclass

from dealspace.report import svg
from dealspace.report.chart_frontier import frontier_chart
from dealspace.report.reading import Case
from dealspace.report.words import capital, number

LABELS, PANEL, GAP, ROW = 190.0, 262.0, 44.0, 40.0


@dataclass(frozen=True)
class Chart:
    """A chart with what a reader needs to read it.

    Attributes
    ----------
    name, title, caption, alt : str
        File name, heading, unit with basis and source, and a text alternative.
    svg : str
        The drawing.
    """

    name: str
    title: str
    caption: str
    alt: str
    svg: str


def build_charts(case: Case) -> dict[str, Chart]:
    """Return the charts by name, in the order of the report; those without data are left out."""
    found = [_gains(case), _frontier(case), _sectors(case)]
    return {chart.name: chart for chart in found if chart is not None}


def shown_policies(case: Case) -> tuple[str, ...]:
    """Return what the charts compare with the status quo: no deal, and the final offer of who has to answer."""
    wanted = ("no-deal", case.final_offer_of(case.answerer))
    return tuple(policy for policy in wanted if case.equilibrium(policy, case.analysis.closure))


def _basis(case: Case) -> str:
    return (
        f"Against the status quo, long run, {case.world.name}. Source: own computation with dealspace; "
        "sources of the data "
        "below."
    )


def _gains(case: Case) -> Chart | None:
    policies, closures = shown_policies(case), case.analysis.closures
    if not policies:
        return None
    places = [place for place in case.places if case.effect(place, policies[0], closures[0])]
    values = {
        (place, policy, closure): case.effect(place, policy, closure)
        for place in places
        for policy in policies
        for closure in closures
    }
    shown = [effect for effect in values.values() if effect]
    panels = (
        ("Real income, %", [100 * e.real_income for e in shown], lambda e: 100 * e.real_income, 2),
        ("Gain, bn USD a year", [e.gain / 1e3 for e in shown], lambda e: e.gain / 1e3, 2),
    )
    height = 62 + ROW * len(places) + 30
    parts = [*_legend(case, policies), *_diamond(case)]
    for n, place in enumerate(places):
        y = 62 + ROW * n
        parts.append(svg.text(LABELS - 10, y + 21, case.names.region(place), anchor="end", size=13))
    for k, (title, every, read, digits) in enumerate(panels):
        left = LABELS + k * (PANEL + GAP)
        scale = svg.Scale(*svg.span(every, margin=0.24), left, left + PANEL)
        parts += _axis(scale, title, 56, height - 30)
        for n, place in enumerate(places):
            parts += _group(case, values, place, policies, scale, 62 + ROW * n, read, digits)
    caption = (
        "Bars: trade deficits fixed; diamonds: balanced trade. Left per cent of real income, right "
        "equivalent variation in "
        f"USD billion a year. {_basis(case)}"
    )
    alt = "; ".join(
        f"{case.names.region(p)} {case.title(q)} {number(100 * e.real_income, 2, sign=True)} %"
        for (p, q, c), e in values.items()
        if e and c == closures[0]
    )
    drawing = svg.drawing(LABELS + 2 * PANEL + GAP + 20, height, f"Real income by place: {alt}", parts)
    return Chart("who-gains", "Who gains and who loses", caption, alt, drawing)


def _legend(case: Case, policies: tuple[str, ...]) -> list[str]:
    parts, x = [], LABELS
    for policy, colour in zip(policies, _colours(case), strict=False):
        title = "Threat carried out" if policy == "no-deal" else capital(case.title(policy))
        parts += [svg.bar(x, x + 14, 8, 11, colour), svg.text(x + 20, 18, title, size=13)]
        x += 34 + 7.2 * len(title)
    return parts


def _diamond(case: Case) -> list[str]:
    """Explain the second closure's mark, at the right end of the legend."""
    if len(case.analysis.closures) < 2:
        return []
    right = LABELS + 2 * PANEL + GAP
    return [
        svg.mark("diamond", right - 106, 14, 3.6, svg.INK),
        svg.text(right, 18, f"{case.analysis.closures[1]} trade", anchor="end", size=13),
    ]


def _colours(case: Case) -> tuple[str, str]:
    return svg.COLOURS[1], svg.COLOURS[0]


def _axis(scale: svg.Scale, title: str, top: float, bottom: float) -> list[str]:
    ticks = scale.ticks()
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    parts = [svg.text(scale.start, top - 12, title, size=13, weight="600")]
    for tick in ticks:
        zero = abs(tick) < 1e-12
        parts.append(svg.line(scale(tick), top, scale(tick), bottom, stroke=svg.MUTED if zero else svg.RULE))
        parts.append(
            svg.text(scale(tick), bottom + 16, svg.tick_label(tick, step), anchor="middle", fill=svg.MUTED, size=11)
        )
    return parts


def _group(case, values, place, policies, scale, y, read, digits) -> list[str]:
    """Draw one place's bars, one per policy, with a diamond for balanced trade and the value written out."""
    parts = []
    headline, *others = case.analysis.closures
    for k, (policy, colour) in enumerate(zip(policies, _colours(case), strict=False)):
        effect = values[(place, policy, headline)]
        if effect is None:
            continue
        top, value = y + 4 + 15 * k, read(effect)
        label = number(value, digits, sign=True)
        parts.append(
            svg.bar(
                scale(0), scale(value), top, 12, colour, f"{case.names.region(place)}, {case.title(policy)}: {label}"
            )
        )
        ends = [scale(value)]
        for closure in others[:1]:
            other = values[(place, policy, closure)]
            if other:
                ends.append(scale(read(other)))
                tip = f"{closure}: {number(read(other), digits, sign=True)}"
                parts.append(svg.mark("diamond", ends[-1], top + 6, 3.4, svg.INK, title=tip))
        right = value >= 0
        edge = max(ends) + 6 if right else min(ends) - 6
        parts.append(svg.text(edge, top + 10, label, size=11, anchor="start" if right else "end", fill=svg.MUTED))
    return parts


def _frontier(case: Case) -> Chart | None:
    drawn = frontier_chart(case)
    if drawn is None:
        return None
    drawing, alt = drawn
    first, second = (case.names.region(party) for party in case.parties)
    caption = (
        f"Pay-offs of {first} (across) and {second} (up), USD billion of own real income a year with each "
        "party's weights, "
        "against the status quo. Grey: deals that were solved; line: efficient deals; shaded: better than "
        "no deal for both. "
        f"Trade deficits {case.analysis.closure}, long run, {case.world.name}. Source: own computation with dealspace."
    )
    return Chart("frontier", "The deals there are", caption, alt, drawing)


def _sectors(case: Case) -> Chart | None:
    policies, closure = shown_policies(case), case.analysis.closure
    if not policies:
        return None
    sectors, parties = case.main_sectors, case.parties
    values = {(p, q): case.effect(p, q, closure) for p in parties for q in policies}
    every = [100 * e.output.get(s, 0.0) for e in values.values() if e for s in sectors]
    height = 62 + ROW * len(sectors) + 30
    parts = _legend(case, policies)
    for n, sector in enumerate(sectors):
        name = case.names.sector(sector)
        name = name if len(name) <= 26 else name[:25] + "…"
        parts.append(svg.text(LABELS - 10, 62 + ROW * n + 21, name, anchor="end", size=12.5))
    for k, party in enumerate(parties):
        left = LABELS + k * (PANEL + GAP)
        scale = svg.Scale(*svg.span(every, margin=0.16), left, left + PANEL)
        parts += _axis(scale, case.names.region(party), 56, height - 30)
        for n, sector in enumerate(sectors):
            for m, (policy, colour) in enumerate(zip(policies, _colours(case), strict=False)):
                effect = values[(party, policy)]
                if effect is None or sector not in effect.output:
                    continue
                change = 100 * effect.output[sector]
                label, top = number(change, 1, sign=True), 62 + ROW * n + 4 + 15 * m
                parts.append(
                    svg.bar(scale(0), scale(change), top, 12, colour, f"{case.names.sector(sector)}: {label} %")
                )
                edge = scale(change) + (6 if change >= 0 else -6)
                anchor = "start" if change >= 0 else "end"
                parts.append(svg.text(edge, top + 10, label, size=11, anchor=anchor, fill=svg.MUTED))
    alt = "; ".join(
        f"{case.names.region(p)}, {case.title(q)}: "
        + ", ".join(f"{case.names.sector(s)} {number(100 * e.output.get(s, 0.0), 1, sign=True)} %" for s in sectors)
        for (p, q), e in values.items()
        if e
    )
    caption = f"Output at base-year prices, per cent, trade deficits {closure}. {_basis(case)}"
    width = LABELS + 2 * PANEL + GAP + 20
    return Chart(
        "sectors",
        "What happens to sectors",
        caption,
        alt,
        svg.drawing(width, height, f"Output by sector. {alt}", parts),
    )
