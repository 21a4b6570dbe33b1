"""The law in force that a sheet includes by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dealspace.errors import DealspaceError, Fault
from dealspace.termsheet.law import load_law, with_law

if TYPE_CHECKING:
    from dealspace.termsheet.acts import AnyAct
    from dealspace.termsheet.reading import Document
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


def include_law(sheet: TermSheet, document: Document, world: Economy | None) -> tuple[TermSheet, list[Fault]]:
    """Put the measures of included law into a sheet; return it with the faults of the names.

    What the world cannot tell apart is left out; `dealspace.termsheet.check_sheet` warns of it.
    """
    faults: list[Fault] = []
    for name in dict.fromkeys(sheet.include):
        try:
            sheet, _ = with_law(sheet, name, can_tell=lambda act: world is None or can_tell(act, world))
        except DealspaceError as error:
            for fault in error.faults:
                place = tuple(fault.path.split(".")) if fault.path else ("include",)
                faults.append(Fault(fault.message, ".".join(place), document.file, document.line(place)))
    return sheet, faults


def can_tell(act: AnyAct, world: Economy) -> bool:
    """Whether the lines of a world tell an act's products apart in the trade that it is on."""
    from dealspace.instruments.products import known_lists, line_book, select

    if not {act.by, *act.on} <= set(world.regions):
        return False
    book, lists = line_book(world), known_lists()
    try:
        for partner in act.on:
            select(act.products.terms, book.pair(act.by, partner), book, lists)
    except DealspaceError:
        return False
    return True


def left_out(sheet: TermSheet) -> tuple[tuple[str, str], ...]:
    """Return (law, measure) of what is included but not in the sheet, because its world cannot tell it apart."""
    laws = [(law, load_law(law)) for law in dict.fromkeys(sheet.include)]
    return tuple((law, name) for law, pack in laws for name in pack.measures if name not in sheet.measures)


def without_law(sheet: TermSheet, data: dict[str, Any]) -> None:
    """Take out of written `data` what reading puts in again: parts of included law, at the end of every policy."""
    packs = [load_law(name) for name in dict.fromkeys(sheet.include)]
    for key in ("measures", "sources"):
        built_in = {name: part for pack in packs for name, part in getattr(pack, key).items()}
        own = getattr(sheet, key)
        data[key] = {name: part for name, part in data.get(key, {}).items() if own[name] != built_in.get(name)}
        if not data[key]:
            del data[key]
    added = [name for pack in packs for name in pack.measures if name in sheet.measures]
    for policy, names in data["policies"].items():
        rest = [name for name in names if name not in added]
        if rest + added == names:
            data["policies"][policy] = rest
