"""Tariff lines by code alone: which of them a product selector catches, without any trade to look at.

A *leaf* is a code, or what is left of a code once finer ones that an act names are taken out. Sectors are told by the
lines that the economy carries.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dealspace.errors import SheetError, near_matches

if TYPE_CHECKING:
    import polars as pl

    from dealspace.termsheet.products import ProductTerm
    from dealspace.world.economy import Economy

Ranges = tuple[tuple[str, str], ...]
#: What follows a code whose finer codes are treated otherwise.
REST = " (the rest)"
#: Chapters of the Harmonised System; 98 and 99 are national provisions, 77 is kept free.
CHAPTERS = frozenset(f"{k:02d}" for k in range(1, 100) if k != 77)


@dataclass(frozen=True)
class Leaf:
    """A code in digits, less the finer codes in `without`."""

    code: str
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.code + REST if self.without else self.code


def parse_line(text: str) -> str:
    """Read the code of a line, dots allowed: ``8703.23`` gives ``870323``.

    Raises
    ------
    SheetError
        When it is no code of the Harmonised System.
    """
    digits = text.strip().removeprefix("hs:").replace(".", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (2, 4, 6, 8, 9, 10):
        raise SheetError(f"{text!r} is not a tariff line; write 2 to 10 digits of its HS code, as in 8703.23")
    if digits[:2] not in CHAPTERS:
        raise SheetError(f"{text!r}: the Harmonised System has no chapter {digits[:2]}; write a code such as 8703.23")
    return digits


def dotted(code: str) -> str:
    """Write a code with dots: ``870323`` gives ``8703.23``; nine digits as Japan writes them, ``0201.30-010``."""
    if len(code) == 9:
        return f"{code[:4]}.{code[4:6]}-{code[6:]}"
    parts = [code[:4], *(code[k : k + 2] for k in range(4, min(len(code), 8), 2)), code[8:]]
    return ".".join(part for part in parts if part)


def term_ranges(term: ProductTerm, lists: Mapping[str, tuple[str, ...]]) -> Ranges:
    """Return the HS ranges of a term, none where it names none.

    Raises
    ------
    SheetError
        For a list that does not exist.
    """
    if term.kind == "hs":
        return ((term.low, term.high),)
    if term.kind != "list":
        return ()
    if term.name not in lists:
        raise SheetError(f"there is no list {term.name!r}; {near_matches(term.name, lists)}")
    return tuple((code, code) for code in lists[term.name])


def split_leaves(
    code: str,
    terms: Iterable[ProductTerm],
    lists: Mapping[str, tuple[str, ...]],
    inner: tuple[str, ...] = (),
) -> tuple[Leaf, ...]:
    """Split a code where terms name finer ones, so that each leaf is caught wholly or not at all.

    `inner` are all the finer codes there are, where that is known: then nothing is left of a code that they make up.
    """
    finer: set[str] = set()
    for term in terms:
        for low, high in term_ranges(term, lists):
            if len(low) > len(code) and low[: len(code)] <= code <= high[: len(code)]:
                finer |= {part for part in _between(low, high) if part.startswith(code)}
    if inner:
        finer = {part for part in finer if any(one.startswith(part) for one in inner)}
    leaves = []
    for part in sorted({code, *finer}):
        inside = sorted(other for other in finer if other != part and other.startswith(part))
        without = tuple(one for k, one in enumerate(inside) if not any(one.startswith(o) for o in inside[:k]))
        left = [one for one in inner if one.startswith(part) and not one.startswith(without)] if without else [part]
        if left or not inner:
            leaves.append(Leaf(part, without))
    return tuple(leaves)


def _between(low: str, high: str) -> list[str]:
    return [str(k).zfill(len(low)) for k in range(int(low), int(high) + 1)]


def catches(
    terms: Iterable[ProductTerm], leaf: Leaf, lists: Mapping[str, tuple[str, ...]], world: Economy
) -> ProductTerm | None:
    """Return the first term that catches a leaf, None when none does."""
    return next((term for term in terms if _catches(term, leaf, lists, world)), None)


def _catches(term: ProductTerm, leaf: Leaf, lists: Mapping[str, tuple[str, ...]], world: Economy) -> bool:
    if term.kind in ("all-goods", "all-services"):
        return term.kind == "all-goods"
    if term.kind == "sector":
        return sector_of_code(world, leaf.code) == term.name
    code = leaf.code
    return any(len(low) <= len(code) and low <= code[: len(low)] <= high for low, high in term_ranges(term, lists))


def sector_of_code(world: Economy, code: str) -> str | None:
    """Return the sector that most of the trade in a code belongs to, by the finest prefix that the lines know."""
    if world.lines is None:
        return None
    known = _SECTORS.setdefault(world.lines, {})
    if code not in known:
        known[code] = _look_up(world.lines.frame, code)
    return known[code]


_SECTORS: weakref.WeakKeyDictionary[object, dict[str, str | None]] = weakref.WeakKeyDictionary()


def _look_up(frame: pl.DataFrame, code: str) -> str | None:
    import polars as pl

    for digits in range(len(code), 1, -1):
        near = frame.filter(pl.col("hs").cast(pl.String).str.starts_with(code[:digits]))
        if near.height:
            by_sector = near.group_by(pl.col("sector").cast(pl.String)).agg(pl.col("value").sum())
            return str(by_sector.sort("value", "sector", descending=[True, False])["sector"][0])
    return None
