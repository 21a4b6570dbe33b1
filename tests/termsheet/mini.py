"""A small world of names, and a good sheet that tests break in one place at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dealspace.termsheet import TermSheet, parse_sheet

FILE = Path(__file__).with_name("us-korea.yaml")
GOOD = FILE.read_text(encoding="utf-8")
EVERY_KIND_FILE = Path(__file__).with_name("every-kind.yaml")
#: A good sheet with every kind of measure and issue, and every form in which a duty is written.
EVERY_KIND = EVERY_KIND_FILE.read_text(encoding="utf-8")


@dataclass(frozen=True)
class MiniWorld:
    """The names of an economy; a term sheet needs nothing else of it."""

    name: str = "mini"
    regions: tuple[str, ...] = ("USA", "KOR", "JPN", "DEU", "FRA")
    sectors: tuple[str, ...] = ("A01", "C10", "C29", "J58")
    goods: tuple[str, ...] = ("A01", "C10", "C29")
    groups: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"EU": ("DEU", "FRA")})


WORLD: Any = MiniWorld()


def good() -> TermSheet:
    return parse_sheet(GOOD, file="us-korea.yaml", world=WORLD)


def every_kind() -> TermSheet:
    return parse_sheet(EVERY_KIND, file="every-kind.yaml", world=WORLD)


def edited(*edits: tuple[str, str], text: str = GOOD) -> str:
    """Return a good sheet with each passage changed once."""
    for old, new in edits:
        assert old in text, f"{old!r} is not in the good sheet"
        text = text.replace(old, new, 1)
    return text
