"""From the products of a sheet to the lines of an importer and exporter.

A pair's trade is a set of lines. Where the world carries product lines (`dealspace.world.lines.Lines`) they are used;
a cell without any is one line of its own, with no code. A sector selector works for both; an HS range or a list needs
lines that are fine enough, and is never guessed.

A code that ends in ``x`` is a rest: the prefix before it without every code named beside it in the pair. It is in no
range that the named codes fill, in every range that holds its whole prefix, and any other range that touches it is
refused.

One thing is taken for granted: in a pair known by fine lines, small ones may have been merged into their chapter. Such
a rest is on no list and in no range that is finer than the chapter; it must stay below `REST` of the pair's trade.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import Fault, SheetError, near_matches
from dealspace.instruments.lists import load_lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from dealspace.termsheet.products import ProductTerm
    from dealspace.world.economy import Economy


_REST_MARK = "x"
_DIGITS = 10  # of the finest code there is
#: Largest share of a pair's lines by value that may stand as chapters beside finer lines.
REST = 0.02


@dataclass(frozen=True, eq=False)
class PairLines:
    """The lines of one importer and exporter, sorted by sector and code; H is their number.

    Attributes
    ----------
    importer, exporter : str
    codes : (H,) of str, HS digits, empty where the cell has no lines
    code : (H,) of int, position of the code among the book's codes
    sector : (H,) of int, position of the sector in the economy
    tau0 : (H,), one plus the normal duty; within a cell it averages to the economy's own rate
    share : (H,), duty-inclusive share of the line in its cell, adding to 1
    reported : (H,), the duty as the source of the lines has it, before the cell's scaling
    rest : (H,) of bool, small lines merged into their chapter beside finer lines
    """

    importer: str
    exporter: str
    codes: np.ndarray
    code: np.ndarray
    sector: np.ndarray
    tau0: np.ndarray
    share: np.ndarray
    reported: np.ndarray
    rest: np.ndarray

    @property
    def finest(self) -> int:
        """Digits of the finest code, 0 without any."""
        return int(np.strings.str_len(self.codes).max(initial=0))


class LineBook:
    """The lines of an economy by pair, looked up once each.

    Where the lines know an exporter only as a member of a group (the EU as one), each member's cells take the
    group's composition: shares and duties by line are the group's, the level of the duty stays the cell's own.

    Attributes
    ----------
    world : Economy
    codes : (codes,) of str, every HS code there is, sorted, and the empty one
    """

    def __init__(self, world: Economy):
        self.world = world
        self.codes = np.array([""])
        self._by_pair: dict[tuple[str, str], pl.DataFrame] = {}
        self._pairs: dict[tuple[str, str], PairLines] = {}
        self._matches: dict[tuple[tuple[str, str], ...], tuple[np.ndarray, np.ndarray]] = {}
        if world.lines is None:
            return
        import polars as pl

        frame = world.lines.frame
        known = sorted({"", *frame["hs"].unique().to_list()})
        self.codes = np.array(known)
        frame = frame.select(
            pl.col("importer", "exporter").cast(pl.String),
            pl.col("hs").cast(pl.Enum(known)).to_physical().alias("code"),
            pl.col("sector").cast(pl.String).replace_strict(list(world.sectors), range(len(world.sectors)), default=-1),
            pl.col("value", "duty"),
        )
        by_pair = frame.partition_by("importer", "exporter", as_dict=True, include_key=False)
        self._by_pair = {(str(key[0]), str(key[1])): rows for key, rows in by_pair.items()}

    def pair(self, importer: str, exporter: str) -> PairLines:
        """Return the lines of a pair, none when they do not trade."""
        key = (importer, exporter)
        if key not in self._pairs:
            self._pairs[key] = self._read(importer, exporter)
        return self._pairs[key]

    def match(self, ranges: tuple[tuple[str, str], ...]) -> tuple[np.ndarray, np.ndarray]:
        """Compare every code with HS ranges (low, high) by prefix: (caught, cannot be told), each (codes,) bool."""
        if ranges not in self._matches:
            self._matches[ranges] = _match(self.codes, ranges)
        return self._matches[ranges]

    def _rows(self, importer: str, exporter: str) -> pl.DataFrame | None:
        rows = self._by_pair.get((importer, exporter))
        if rows is not None:
            return rows
        groups = (name for name, members in (self.world.groups or {}).items() if exporter in members)
        return next((self._by_pair[importer, name] for name in groups if (importer, name) in self._by_pair), None)

    def _read(self, importer: str, exporter: str) -> PairLines:
        world = self.world
        n, i = world.region_index(importer), world.region_index(exporter)
        traded = world.flows[n, i] > 0
        code, sector = np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        value, rate = np.array([]), np.array([])
        rows = self._rows(importer, exporter)
        if rows is not None and rows.height:
            code, sector = (rows[name].to_numpy().astype(np.int64) for name in ("code", "sector"))
            value, duty = (rows[name].to_numpy().astype(np.float64) for name in ("value", "duty"))
            keep = (sector >= 0) & (value > 0) & traded[np.maximum(sector, 0)]
            code, sector, value, rate = code[keep], sector[keep], value[keep], duty[keep] / value[keep]
        bare = np.setdiff1d(np.flatnonzero(traded), sector)
        code = np.concatenate([code, np.zeros(len(bare), dtype=np.int64)])  # the first code is the empty one
        sector = np.concatenate([sector, bare])
        value = np.concatenate([value, np.ones(len(bare))])
        rate = np.concatenate([rate, world.tariff[n, i, bare]])
        order = np.lexsort((code, sector))
        code, sector, value, rate = code[order], sector[order], value[order], rate[order]
        tau0 = 1.0 + _scaled(sector, value, rate, world.tariff[n, i])
        weight = value * tau0
        share = weight / np.bincount(sector, weight, len(traded))[sector]
        codes = self.codes[code]
        return PairLines(importer, exporter, codes, code, sector, tau0, share, rate, _rest(codes, value))


def _rest(codes: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Say which lines are small ones merged into their chapter: chapters that are little beside finer lines."""
    length = np.strings.str_len(codes)
    chapter = (length == 2) & (codes < "98")  # chapters 98 and 99 are provisions, whole in themselves
    little = value[chapter].sum() < REST * value[length > 0].sum()
    return chapter if little else np.zeros(len(codes), dtype=bool)


def _scaled(sector: np.ndarray, value: np.ndarray, rate: np.ndarray, tariff: np.ndarray) -> np.ndarray:
    """Scale the duties of each cell so that their value-weighted mean is the economy's own rate."""
    cells = len(tariff)
    total = np.bincount(sector, value, cells)
    mean = np.divide(np.bincount(sector, value * rate, cells), total, out=np.zeros(cells), where=total > 0)[sector]
    own = tariff[sector]
    scale = np.divide(own, mean, out=np.ones(len(own)), where=mean > 0)
    return np.where(mean > 0, rate * scale, own)  # no duty on any line: the cell's rate falls on all alike


def match_rest(codes: np.ndarray, ranges: tuple[tuple[str, str], ...]) -> tuple[np.ndarray, np.ndarray]:
    """Compare the rest lines of one pair with HS ranges, given all its codes: (caught, cannot be told), each bool.

    Codes are intervals of the ten-digit line, so that ``02`` is 0200000000 to 0299999999. A rest holds what the
    interval of its prefix has outside the intervals of the named codes.
    """
    hit, unsure = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    marked = np.strings.endswith(codes, _REST_MARK)
    if not marked.any():
        return hit, unsure
    rests = np.unique(codes[marked]).tolist()
    named = [_interval(code, code) for code in np.unique(codes[~marked]).tolist() if code]
    asked = [_interval(low, high) for low, high in ranges]
    for rest in rests:
        prefix = rest.removesuffix(_REST_MARK)
        first, last = _interval(prefix, prefix)
        touched = [(max(low, first), min(high, last)) for low, high in asked if low <= last and high >= first]
        if _covered((first, last), [*touched, *named]):
            hit |= codes == rest
        elif any(not _covered(piece, named) for piece in touched):
            unsure |= codes == rest
    return hit, unsure


def _interval(low: str, high: str) -> tuple[int, int]:
    return int(low.ljust(_DIGITS, "0")), int(high.ljust(_DIGITS, "9"))


def _covered(interval: tuple[int, int], pieces: list[tuple[int, int]]) -> bool:
    """Say whether the pieces together hold every number of the interval."""
    reached = interval[0]
    for low, high in sorted(pieces):
        if low <= reached:
            reached = max(reached, high + 1)
    return reached > interval[1]


def _match(codes: np.ndarray, ranges: tuple[tuple[str, str], ...]) -> tuple[np.ndarray, np.ndarray]:
    length = np.strings.str_len(codes)
    length[np.strings.endswith(codes, _REST_MARK)] = -1  # what a rest holds depends on the pair
    hit, unsure = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    single: dict[int, list[str]] = {}
    for low, high in ranges:
        if low == high:
            single.setdefault(len(low), []).append(low)
            continue
        cut = codes.astype(f"U{len(low)}")
        hit |= (length >= len(low)) & (cut >= low) & (cut <= high)
        for digits in range(len(low)):
            unsure |= (length == digits) & (codes >= low[:digits]) & (codes <= high[:digits])
    for digits, wanted in single.items():
        hit |= (length >= digits) & np.isin(codes.astype(f"U{digits}"), wanted)
        for shorter in range(digits):
            unsure |= (length == shorter) & np.isin(codes, np.unique([code[:shorter] for code in wanted]))
    return hit, unsure & ~hit


_BOOKS: weakref.WeakKeyDictionary[object, LineBook] = weakref.WeakKeyDictionary()


def line_book(world: Economy) -> LineBook:
    """Return the line book of a world, made once for each set of lines."""
    key = world.lines if world.lines is not None else world
    book = _BOOKS.get(key)
    if book is None or book.world is not world:
        book = LineBook(world)
        _BOOKS[key] = book
    return book


def known_lists(own: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[str, ...]]:
    """Return every named list as HS prefixes: the built-in ones, and a sheet's `own`, which come first."""
    built_in = {name: entry.codes for name, entry in load_lists().items()}
    return built_in | dict(own or {})


def select(
    terms: Iterable[ProductTerm],
    lines: PairLines,
    book: LineBook,
    lists: Mapping[str, tuple[str, ...]],
    path: str = "",
    within: np.ndarray | None = None,
) -> np.ndarray:
    """Return which lines a union of terms catches, (H,) bool; only lines in `within` (all by default) matter.

    Raises
    ------
    SheetError
        When a code cannot be told from the lines there are: the fault names the pair, the finest level and the cure.
    """
    world, goods = book.world, book.world.goods_mask
    mask = np.zeros(len(lines.codes), dtype=bool)
    matter = np.ones(len(lines.codes), dtype=bool) if within is None else within
    for term in terms:
        if term.kind == "all-goods":
            mask |= goods[lines.sector]
        elif term.kind == "all-services":
            mask |= ~goods[lines.sector]
        elif term.kind == "sector":
            mask |= lines.sector == _sector(term.name, world, path)
        elif term.kind == "list":
            mask |= _by_code(_prefixes(term.name, lists, path), f"list:{term.name}", lines, book, path, matter)
        else:
            mask |= _by_code(((term.low, term.high),), str(term), lines, book, path, matter)
    return mask


def _sector(name: str, world: Economy, path: str) -> int:
    if name not in world.sectors:
        raise SheetError(Fault(f"{world.name!r} has no sector {name!r}; {near_matches(name, world.sectors)}", path))
    return world.sectors.index(name)


def _prefixes(name: str, lists: Mapping[str, tuple[str, ...]], path: str) -> tuple[tuple[str, str], ...]:
    if name not in lists:
        raise SheetError(Fault(f"there is no list {name!r}; {near_matches(name, lists)}", path))
    return tuple((code, code) for code in lists[name])


def _by_code(
    ranges: tuple[tuple[str, str], ...],
    term: str,
    lines: PairLines,
    book: LineBook,
    path: str,
    matter: np.ndarray,
) -> np.ndarray:
    """Match HS ranges against the lines' codes by prefix; refuse what the codes cannot tell."""
    hit, unsure = (found[lines.code] for found in book.match(ranges))
    in_rest, beside = match_rest(lines.codes, ranges)
    told = ~book.world.goods_mask[lines.sector] | lines.rest  # services have no HS code; for the rest see above
    doubt = (unsure | beside) & matter & ~told
    if doubt.any():
        raise SheetError(Fault(_too_coarse(term, lines, doubt & beside), path))
    return hit | in_rest


def _too_coarse(term: str, lines: PairLines, beside: np.ndarray) -> str:
    pair = f"{lines.importer}'s imports from {lines.exporter}"
    if beside.any():
        prefix = str(lines.codes[beside][0]).removesuffix(_REST_MARK)
        codes = {str(c) for c in lines.codes if c and not str(c).endswith(_REST_MARK)}
        named = ", ".join(sorted(code for code in codes if code.startswith(prefix)))
        return (
            f"{term} cannot be told apart in {pair}: {f'of chapter {prefix}' if prefix else 'there'} this world names "
            f"{named} and knows the rest as one; name these codes or the sector, and state 'coverage', the share of "
            "the sector's trade that is meant"
        )
    level = {0: "by sector only", 2: "by HS chapter at most"}.get(
        lines.finest, f"at {lines.finest} digits at most, and not everywhere"
    )
    return (
        f"{term} cannot be told apart in {pair}, which this world knows {level}; name sectors instead of codes, "
        f"and state 'coverage', the share of the sector's trade that is meant"
    )
