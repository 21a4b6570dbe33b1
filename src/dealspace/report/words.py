"""How the report writes numbers and names: few digits, units always, signs in words where a sentence has room."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

MINUS = "−"
MISSING = "–"
#: One name per solution, everywhere.
SOLUTION_TITLES = {"nash": "Nash", "kalai-smorodinsky": "Kalai-Smorodinsky", "egalitarian": "Equal gains"}
_ARTICLE = ("United ", "Netherlands", "Philippines", "Rest of ", "European Union", "Czech")


def number(value: float | None, digits: int, *, sign: bool = False) -> str:
    """Write a number with a fixed count of decimals, thousands apart, and a true minus; zero has no sign."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}"
    if not any(figure in text for figure in "123456789"):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def percent(ratio_change: float, *, sign: bool = False) -> str:
    """Write a change (0.0031) as per cent with two significant digits at most two decimals: ``0.31 %``."""
    return f"{number(100 * ratio_change, _decimals(100 * ratio_change), sign=sign)} %"


def significant(value: float, *, sign: bool = False) -> str:
    """Write a number with two significant figures: ``0.035``, ``1.4``, ``21``."""
    if value == 0 or not math.isfinite(value):
        return number(value, 0)
    return number(value, max(0, 1 - math.floor(math.log10(abs(value)))), sign=sign)


def share(fraction: float) -> str:
    """Write a share or probability in whole per cent; the ends are not rounded onto 0 or 1."""
    if 0 < fraction < 0.005:
        return "under 1 %"
    if 0.995 <= fraction < 1:
        return "over 99 %"
    return f"{number(100 * fraction, 0)} %"


def _decimals(value: float) -> int:
    size = abs(value)
    return 0 if size >= 20 else 1 if size >= 2 else 2


def billions(usd_million: float, *, sign: bool = False) -> str:
    """Write USD million as billions without a unit: one decimal, two below 1, three below 0.01; noise is plain 0."""
    value = usd_million / 1e3
    if abs(value) < 0.0005:
        return "0"
    digits = 1 if abs(value) >= 0.995 else 2 if abs(value) >= 0.00995 else 3
    return number(value, digits, sign=sign)


def day(value: date) -> str:
    """Write a day: ``20 July 2025``."""
    return f"{value.day} {value:%B %Y}"


def join(parts: Iterable[str], last: str = "and") -> str:
    """Join with commas and a last word."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capital(text: str) -> str:
    """Start a sentence with a capital."""
    return text[:1].upper() + text[1:]


def interval(low: float, high: float) -> str:
    """Write an interval of shares: ``83 to 90 %``."""
    a, b = share(low), share(high)
    return a if a == b else f"{a.removesuffix(' %')} to {b}"


@dataclass(frozen=True)
class Names:
    """Names of regions and sectors as sentences use them.

    Attributes
    ----------
    regions, sectors : dict of str to str
        Code to name; a code without one stands for itself.
    """

    regions: dict[str, str] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)

    def region(self, code: str) -> str:
        """Return the name as a table shows it."""
        return self.regions.get(code, code)

    def the(self, code: str) -> str:
        """Return the name inside a sentence: ``the United States``."""
        name = self.region(code)
        if name.startswith(_ARTICLE) or code == "EU":
            return "the " + (name[0].lower() + name[1:] if name.startswith("Rest") else name)
        return name

    def start(self, code: str) -> str:
        """Return the name at the start of a sentence."""
        return capital(self.the(code))

    def possessive(self, code: str) -> str:
        """Return ``the United States'`` or ``Japan's``."""
        name = self.the(code)
        return name + ("'" if name.endswith("s") else "'s")

    def offer_of(self, code: str) -> str:
        """Return ``Japan's final offer``, as tables and charts have it."""
        name = self.region(code)
        owner = name + ("'" if name.endswith("s") else "'s")
        return f"{owner} final offer"

    def spelled(self, text: str) -> str:
        """Put names in place of the codes of regions and sectors in a text."""
        for code in self.regions:
            text = re.sub(rf"\b{re.escape(code)}'s(?!\w)", lambda _, c=code: self.possessive(c), text)
            text = re.sub(rf"\b{re.escape(code)}\b", lambda _, c=code: self.the(c), text)
        for code in self.sectors:
            text = re.sub(rf"\b{re.escape(code)}\b", lambda _, c=code: self.within(c), text)
        return text

    def sector(self, code: str) -> str:
        """Return the sector's name as a table shows it."""
        return self.sectors.get(code, code)

    def within(self, code: str) -> str:
        """Return the sector's name inside a sentence, in small letters unless it is an acronym."""
        name = self.sector(code)
        return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == " " else name

    def brief(self) -> Names:
        """Return names with sectors cut to their first word or two: ``motor vehicles``, ``coal etc``."""
        return Names(self.regions, {code: shorten(name) for code, name in self.sectors.items()})

    def measure(self, name: str) -> str:
        """Say a measure of the economy: ``balance:USA:JPN`` is ``the United States' goods balance with Japan``."""
        kind, *rest = name.split(":")
        if kind == "ev":
            return f"{self.possessive(rest[0])} real income"
        if kind == "balance" and len(rest) > 1:
            good = f"{self.within(rest[2])} " if len(rest) > 2 else "goods "
            return f"{self.possessive(rest[0])} {good}balance with {self.the(rest[1])}"
        if kind == "grants":
            return f"{self.possessive(rest[0])} net grants"
        if kind == "revenue":
            return f"duties collected by {self.the(rest[0])}"
        if kind in ("va", "output", "employment") and len(rest) == 2:
            what = {"va": "value added", "output": "output", "employment": "employment"}[kind]
            return f"{what} of {self.within(rest[1])} in {self.the(rest[0])}"
        return name


def shorten(name: str) -> str:
    """Cut a sector's name: ``motor vehicles and parts`` to ``motor vehicles``, a list to ``food etc``."""
    first, *more = name.split(",")
    return f"{first} etc" if more else name.split(" and ")[0]


def moves(change: float, *, gain: str = "gains", loss: str = "loses") -> str:
    """Return the verb that a change calls for."""
    return gain if change > 0 else loss


def tied(text: str) -> str:
    """Tie numbers to their units with blanks that do not break."""
    return re.sub(r"(?<=\d) (%|bn\b|pp\b)", "\u00a0\\1", text)


def wrap(label: str, text: str, *, width: int = 100, indent: int = 12) -> list[str]:
    """Set a label and its text, wrapped under a hanging indent."""
    lines = textwrap.wrap(
        tied(text),
        width,
        initial_indent=label.ljust(indent),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\u00a0", " ") for line in lines]


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Lay out a text table: first column left, others right."""
    lines = [header, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
    laid = []
    for line in lines:
        cells = [c.ljust(w) if k == 0 else c.rjust(w + gap) for k, (c, w) in enumerate(zip(line, widths, strict=True))]
        laid.append("".join(cells).rstrip())
    return laid
