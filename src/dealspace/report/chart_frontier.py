"""The chart of pay-offs: solved deals, the frontier, the zone, and every named point with its label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dealspace.report import svg
from dealspace.report.reading import Case
from dealspace.report.words import SOLUTION_TITLES, capital, number

WIDTH, HEIGHT = 780.0, 520.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 20.0, 20.0, 52.0


@dataclass(frozen=True)
class Point:
    """A named point: where, what it is called, how it is drawn."""

    label: str
    x: float
    y: float
    shape: str
    colour: str


def named_points(case: Case) -> list[Point]:
    """Return no deal, status quo, tabled offers, solutions and final offers, pay-offs in USD billion."""
    looks = {
        "offer": ("square", svg.COLOURS[3]),
        "final-offer": ("triangle", svg.COLOURS[0]),
    }
    points = []
    for point in case.bargain.points:
        x, y = (float(u) / 1e3 for u in point.payoffs)
        if point.kind == "policy":
            shape, colour = ("cross", svg.COLOURS[1]) if point.name == "no-deal" else ("ring", svg.INK)
            points.append(Point(capital(case.point_title(point.name)), x, y, shape, colour))
        elif point.kind in looks:
            points.append(Point(capital(case.point_title(point.name)), x, y, *looks[point.kind]))
    for name, found in case.bargain.solutions.items():
        if np.isfinite(found.payoffs).all():
            x, y = (float(u) / 1e3 for u in found.payoffs)
            points.append(Point(SOLUTION_TITLES.get(name, name), x, y, "diamond", svg.COLOURS[2]))
    return points


def frontier_chart(case: Case) -> tuple[str, str] | None:
    """Return the drawing and its text alternative; None when nothing could be solved."""
    bargain = case.bargain
    cloud = bargain.sample.payoffs[bargain.sample.ok] / 1e3
    edge = bargain.frontier.payoffs / 1e3
    points = named_points(case)
    if not len(cloud) and not len(edge):
        return None
    xs = [*cloud[:, 0], *edge[:, 0], *(p.x for p in points)]
    ys = [*cloud[:, 1], *edge[:, 1], *(p.y for p in points)]
    low, high = svg.span(xs)
    across = svg.Scale(low, high + 0.2 * (high - low), LEFT, WIDTH - RIGHT)  # room for labels to the right
    up = svg.Scale(*svg.span(ys), HEIGHT - BOTTOM, TOP)
    parts = [*_zone(case, across, up), *_axes(case, across, up)]
    parts += [svg.mark("circle", across(x), up(y), 2.2, "#c3c8d0", stroke="none") for x, y in cloud]
    if len(edge):
        way = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in edge)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{svg.INK}" stroke-width="1.4"/>')
        parts += [svg.mark("circle", across(x), up(y), 2.6, svg.INK) for x, y in edge]
    parts += _named(points, across, up)
    alt = "; ".join(f"{p.label} at {number(p.x, 1, sign=True)}, {number(p.y, 1, sign=True)}" for p in points)
    first, second = (case.names.region(party) for party in case.parties)
    return svg.drawing(WIDTH, HEIGHT, f"Pay-offs of {first} and {second}, USD billion a year: {alt}", parts), alt


def _zone(case: Case, across: svg.Scale, up: svg.Scale) -> list[str]:
    """Shade what both prefer to no deal."""
    x, y = (float(u) / 1e3 for u in case.bargain.no_deal.payoff)
    left, bottom = across(x), up(y)
    shade = (
        f'<rect x="{left:.1f}" y="{TOP:.1f}" width="{max(WIDTH - RIGHT - left, 0):.1f}" '
        f'height="{max(bottom - TOP, 0):.1f}" fill="#e9f1e2"/>'
    )
    words = ("better than no deal for both",) if WIDTH - RIGHT - left > 170 else ("better than", "no deal", "for both")
    green = "#4c6b24"
    labels = [
        svg.text(WIDTH - RIGHT - 6, TOP + 16 + 14 * k, word, size=11, anchor="end", fill=green)
        for k, word in enumerate(words)
    ]
    return [shade, *labels]


def _axes(case: Case, across: svg.Scale, up: svg.Scale) -> list[str]:
    parts = []
    for scale, flat in ((across, False), (up, True)):
        ticks = scale.ticks(6)
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        for tick in ticks:
            at = scale(tick)
            stroke = svg.MUTED if abs(tick) < 1e-12 else svg.RULE
            label = svg.tick_label(tick, step)
            if flat:
                parts.append(svg.line(LEFT, at, WIDTH - RIGHT, at, stroke=stroke))
                parts.append(svg.text(LEFT - 8, at + 4, label, size=11, anchor="end", fill=svg.MUTED))
            else:
                parts.append(svg.line(at, TOP, at, HEIGHT - BOTTOM, stroke=stroke))
                parts.append(svg.text(at, HEIGHT - BOTTOM + 16, label, size=11, anchor="middle", fill=svg.MUTED))
    first, second = (case.names.region(party) for party in case.parties)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    title = f"Pay-off of {second}, bn USD a year"
    parts.append(
        svg.text(
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, f"Pay-off of {first}, bn USD a year", anchor="middle", size=13
        )
    )
    turned = svg.text(16, middle, title, anchor="middle", size=13)
    parts.append(f'<g transform="rotate(-90 16 {middle:.1f})">{turned}</g>')
    return parts


def _named(points: list[Point], across: svg.Scale, up: svg.Scale) -> list[str]:
    """Draw the named points, each label beside its mark where it covers no other label or mark."""
    taken = [(across(p.x) - 7, up(p.y) - 7, across(p.x) + 7, up(p.y) + 7) for p in points]
    parts: list[str] = []
    inner = ("ring", "cross", "square")
    for point in sorted(points, key=lambda p: (p.shape not in inner, -p.x)):
        x, y = across(point.x), up(point.y)
        box, leader = _place(point.label, x, y, taken, left=point.shape in inner)
        taken.append(box)
        if leader:
            parts.append(
                svg.line(x, y, min(max(x, box[0]), box[2]), (box[1] + box[3]) / 2, stroke=svg.MUTED, width=0.8)
            )
        tip = f"{point.label}: {number(point.x, 2, sign=True)}, {number(point.y, 2, sign=True)}"
        parts.append(svg.mark(point.shape, x, y, 5.2, point.colour, title=tip))
        parts.append(
            f'<text x="{box[0]:.1f}" y="{box[3] - 4:.1f}" font-size="12" fill="{svg.INK}" stroke="{svg.PAPER}" '
            f'stroke-width="3" paint-order="stroke">{svg.escape(point.label)}</text>'
        )
    return parts


Box = tuple[float, float, float, float]


def _place(label: str, x: float, y: float, taken: list[Box], *, left: bool) -> tuple[Box, bool]:
    """Return a free box for a label near (x, y), and whether it is so far off that it needs a leader."""
    wide = 6.6 * len(label)
    # Up and to the right of the frontier nothing is drawn, so labels of its points go there; others go left.
    west, east = [(-9 - wide, -8), (-9 - wide, 6)], [(9, -8), (9, -20)]
    near = [*west, *east, (9, 6)] if left else [*east, *west, (9, 6)]
    free = [] if left else [(14 + d / 3, -8 - d) for d in (24, 40, 56, 72)]
    far = [(dx, dy) for d in (26, 44, 62, 84) for dx in (12, -12 - wide, -wide / 2) for dy in (-8 - d, -8 + d)]
    for k, (dx, dy) in enumerate([*near[:2], *free, *near[2:], *far]):
        box = (x + dx, y + dy, x + dx + wide, y + dy + 16)
        inside = box[0] >= LEFT and box[2] <= WIDTH - 2 and box[1] >= TOP and box[3] <= HEIGHT - BOTTOM
        if inside and not any(_overlap(box, other) for other in taken):
            return box, 2 <= k < 2 + len(free) or k >= len(near) + len(free)
    return (x + 9, y - 8, x + 9 + wide, y + 8), False


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
