"""Load term sheets: by built-in name, by path, or from text; every fault at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dealspace.errors import DealspaceError, Fault, SheetError, UnknownNameError, near_matches
from dealspace.termsheet.draft import Draft, repaired
from dealspace.termsheet.faults import faults_of
from dealspace.termsheet.quantities import shown
from dealspace.termsheet.reading import Document, decode, read_bytes, read_document
from dealspace.termsheet.sheet import TermSheet

if TYPE_CHECKING:
    from dealspace.world.economy import Economy


def builtin_sheets() -> tuple[str, ...]:
    """Return the names of the built-in term sheets."""
    folder = resources.files("dealspace") / "scenarios"
    if not folder.is_dir():
        return ()
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".yaml")))


def load_sheet(name_or_path: str | os.PathLike[str], world: Economy | None = None) -> TermSheet:
    """Load a term sheet and check it against its world.

    Parameters
    ----------
    name_or_path : str or path
        Name of a built-in sheet (``"us-japan-2025"``), or the path of a YAML file.
    world : Economy, optional
        The economy whose names the sheet may use; by default the one that the sheet names.

    Returns
    -------
    TermSheet

    Raises
    ------
    SheetError
        With every fault of the file, each with its line, path, value and cure.
    UnknownNameError
        For a name that is neither a built-in sheet nor a file.
    """
    text, file = find_sheet(name_or_path)
    return parse_sheet(text, file=file, world=world)


def parse_sheet(text: str, *, file: str | None = None, world: Economy | None = None) -> TermSheet:
    """Read a term sheet from YAML text, as `load_sheet` does; `file` is the name that faults show."""
    sheet, faults = examine(read_document(text, file), world)
    if faults or sheet is None:
        raise SheetError(faults)
    return sheet


def sheet_from_mapping(data: Mapping[str, Any], world: Economy | None = None) -> TermSheet:
    """Read a term sheet from dicts and lists, as YAML or JSON would give them; raises as `load_sheet`."""
    sheet, faults = examine(Document(data=dict(data)), world)
    if faults or sheet is None:
        raise SheetError(faults)
    return sheet


def find_sheet(name_or_path: str | os.PathLike[str]) -> tuple[str, str]:
    """Return a sheet's text and the name its faults carry."""
    if not isinstance(name_or_path, str | os.PathLike):
        what = f"{shown(name_or_path)} is no sheet"
        raise SheetError(f"{what}; give the name of a built-in one, or the path of a YAML file")
    name = os.fsdecode(name_or_path)
    if not name.strip():
        raise UnknownNameError("the name of the sheet is empty; give a built-in one, or the path of a YAML file")
    if isinstance(name_or_path, str) and not (set(name) & {"/", os.sep, "."}):
        if name in builtin_sheets():
            file = f"{name}.yaml"
            return (resources.files("dealspace") / "scenarios" / file).read_text("utf-8"), file
        if not os.path.lexists(name):
            hint = near_matches(name, builtin_sheets())
            stop = "" if hint.endswith("?") else "."
            short = shown(name)
            raise UnknownNameError(
                f"unknown sheet {short!r}; {hint}{stop} A file is given by its path, as in ./{short}.yaml."
            )
    return decode(read_bytes(Path(name)), name), name


def world_of(sheet: TermSheet) -> Economy:
    """Load the economy that a sheet names; a relative `.npz` path is looked for from the sheet's own folder.

    Raises
    ------
    UnknownNameError
        When there is no such economy or file.
    EconomyError
        When the file is not an economy.
    """
    from dealspace.world.catalogue import load_world

    name = sheet.world
    if name.endswith(".npz") and sheet.source_file is not None:
        name = os.path.join(os.path.dirname(sheet.source_file), name)
    try:
        return load_world(name)
    except OSError as error:
        reason = error.strerror or error
        raise UnknownNameError(f"{shown(name)!r} cannot be read ({reason}); check the path") from error


def examine(document: Document, world: Economy | None = None) -> tuple[TermSheet | None, list[Fault]]:
    """Validate a document; return the sheet (None when it has faults) and all faults in file order."""
    from dealspace.termsheet.checks import cross_faults

    faults = list(document.faults)
    unread: set[tuple[str, ...]] = set()
    data = document.data
    sheet: TermSheet | None = None
    for _ in range(4):
        try:
            sheet = TermSheet.model_validate(data, by_alias=True, by_name=False)
            break
        except ValidationError as error:
            found = faults_of(error, Document(data, document.lines, [], document.file))
            faults += [fault for fault, _ in found if not unread]
            data, unread = repaired(data, [place for _, place in found], unread)
    if sheet is None:
        return None, _in_order(faults)
    _settle(sheet, document)
    if sheet.include:
        sheet, found = _with_law(sheet, document, world, ("world",) in unread)
        faults += found
    faults += cross_faults(Draft(sheet, document, frozenset(unread)), world)
    return (None if faults else sheet), _in_order(faults)


def _with_law(sheet: TermSheet, document: Document, world: Economy | None, lost: bool) -> tuple[TermSheet, list[Fault]]:
    """Put in the law that the sheet includes; a world that cannot be had is told by the rules that follow."""
    from dealspace.termsheet.including import include_law

    if world is None and not lost:
        try:
            world = world_of(sheet)
        except DealspaceError:
            world = None
    return include_law(sheet, document, world)


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.line or 0)


def _settle(sheet: TermSheet, document: Document) -> None:
    """Remember where the sheet was read from."""
    sheet._source_file = document.file
    sheet._lines = dict(document.lines)
