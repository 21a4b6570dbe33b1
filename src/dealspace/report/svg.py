"""Small parts for charts written as SVG by hand: scales, ticks, text, marks; no script, no outside file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dealspace.report.words import number

INK, MUTED, RULE, PAPER = "#1d2430", "#667080", "#d9dde3", "#ffffff"
#: First party, second party, and three more; told apart in print and by the colour-blind.
COLOURS = ("#1f5a99", "#c2571a", "#5a7d2a", "#7a4a9c", "#8a8f98")
FONT = "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif\""


@dataclass(frozen=True)
class Scale:
    """A linear map of [low, high] onto [start, end] pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, count: int = 5) -> list[float]:
        """Return round values inside the range, about `count` of them."""
        raw = (self.high - self.low) / max(count, 1)
        base = 10.0 ** math.floor(math.log10(raw))
        step = next(base * m for m in (1, 2, 2.5, 5, 10) if base * m >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


def span(values: Sequence[float], *, zero: bool = True, margin: float = 0.06) -> tuple[float, float]:
    """Return a range that holds all finite values, with a margin; never empty."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    width = (high - low) or max(abs(high), 1.0)
    return low - margin * width, high + margin * width


def tick_label(value: float, step: float) -> str:
    """Write a tick with the decimals that its step needs."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step and abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    return number(value, digits)


def text(
    x: float, y: float, content: str, *, size: float = 12, anchor: str = "start", fill: str = INK, weight: str = ""
) -> str:
    """Return a text element."""
    bold = f' font-weight="{weight}"' if weight else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}"{bold}>{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, *, stroke: str = RULE, width: float = 1, dash: str = "") -> str:
    """Return a line element."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
        f'stroke-width="{width:g}"{dashes}/>'
    )


def bar(x1: float, x2: float, y: float, height: float, fill: str, title: str = "") -> str:
    """Return a horizontal bar between two abscissae, with a tip that says its value."""
    tip = f"<title>{escape(title)}</title>" if title else ""
    left, width = min(x1, x2), max(abs(x2 - x1), 0.6)
    return f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}">{tip}</rect>'


def mark(shape: str, x: float, y: float, size: float, fill: str, *, stroke: str = PAPER, title: str = "") -> str:
    """Return a mark: ``circle``, ``ring``, ``square``, ``diamond``, ``triangle`` or ``cross``."""
    tip = f"<title>{escape(title)}</title>" if title else ""
    s = size
    if shape in ("circle", "ring"):
        look = (
            f'fill="none" stroke="{fill}" stroke-width="1.8"' if shape == "ring" else f'fill="{fill}" stroke="{stroke}"'
        )
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{s:.1f}" {look}>{tip}</circle>'
    if shape == "cross":
        d = f"M{x - s:.1f} {y - s:.1f}L{x + s:.1f} {y + s:.1f}M{x - s:.1f} {y + s:.1f}L{x + s:.1f} {y - s:.1f}"
        return f'<path d="{d}" stroke="{fill}" stroke-width="2.4" fill="none">{tip}</path>'
    corners = {
        "square": ((-s, -s), (s, -s), (s, s), (-s, s)),
        "diamond": ((0, -1.25 * s), (1.25 * s, 0), (0, 1.25 * s), (-1.25 * s, 0)),
        "triangle": ((0, -1.3 * s), (1.2 * s, s), (-1.2 * s, s)),
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" fill="{fill}" stroke="{stroke}">{tip}</polygon>'


def drawing(width: float, height: float, alt: str, parts: Sequence[str]) -> str:
    """Return a whole SVG with its text alternative."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(alt)}" {FONT}>'
        f'<rect width="{width:g}" height="{height:g}" fill="{PAPER}"/>' + "".join(parts) + "</svg>"
    )
