"""Write the report to a folder: everything is made and written aside first, then exchanged for what was there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dealspace.errors import DealspaceError
from dealspace.report.document import Document, to_html, to_md
from dealspace.report.reading import Case
from dealspace.report.results import record
from dealspace.report.table import to_csv
from dealspace.report.workbook import workbook

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis


def save(analysis: Analysis, directory: str | Path) -> tuple[Path, ...]:
    """Write report.html, report.md, results.json, tables.xlsx, charts/*.svg and tables/*.csv into a folder.

    Parameters
    ----------
    analysis : Analysis
    directory : path
        Made when missing; files of these names in it are replaced, others are left alone.

    Returns
    -------
    tuple of Path
        The files written, report.html first.

    Raises
    ------
    DealspaceError
        When the folder is a file, or cannot be made or written, or something other than a file stands where a
        file of the report goes; what was there before is there again then.
    """
    return write_files(Path(directory), render(analysis))


def render(analysis: Analysis) -> dict[str, bytes]:
    """Return the content of every file of the report by its name in the folder."""
    case = Case(analysis)
    document = Document(case)
    files = {
        "report.html": to_html(document).encode(),
        "report.md": to_md(document).encode(),
        "results.json": json.dumps(
            record(case, document.tables), indent=1, ensure_ascii=False, allow_nan=False, default=str
        ).encode(),
        "tables.xlsx": workbook(document.tables, _about(document)),
    }
    files |= {f"charts/{name}.svg": chart.svg.encode() for name, chart in document.charts.items()}
    return files | {f"tables/{name}.csv": to_csv(table).encode() for name, table in document.tables.items()}


def _about(document: Document) -> list[tuple[str, str]]:
    """Return the first sheet of the workbook: what the numbers are."""
    sheets = "; ".join(f"{name[:31]}: {table.title}" for name, table in document.tables.items())
    return [
        ("Case", document.title),
        ("Basis", document.basis),
        ("Units", "Percentages are in per cent (1.5 is 1.5 %); shares and probabilities are fractions; money is "
         "in USD billion a year unless a heading says otherwise. Empty cells are missing values."),
        ("Closure", "The column 'Trade balances' says whether trade deficits are held fixed or set to zero; a change "
         "is always against a base under the same closure."),
        ("Sheets", sheets),
        *[("Assumption", text) for part in document.sections if part.anchor == "sources" for text in part.sentences],
        ("Sources", "See the sheets 'measures' and 'facts', column Source, and PROVENANCE.md of the economy."),
    ]  # fmt: skip


def write_files(directory: Path, files: dict[str, bytes]) -> tuple[Path, ...]:
    """Write files into a folder, all or none: a failure or an interrupt leaves what was there before.

    Raises
    ------
    DealspaceError
        In one sentence; see `save`.
    """
    try:
        _refuse_obstacles(directory, files)
        _exchange(directory, files)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DealspaceError(f"{directory}: cannot be written ({reason}); give another folder") from error
    return tuple(directory / name for name in files)


def _refuse_obstacles(directory: Path, names: Iterable[str]) -> None:
    """Refuse a folder that is none, and anything but a regular file where a file goes."""
    if os.path.lexists(directory) and not directory.is_dir():
        what = "it is a file, not a folder" if directory.exists() else "it is a link that leads nowhere"
        raise DealspaceError(f"{directory}: {what}; give another folder")
    for name in names:
        place = directory / name
        for above in (directory / part for part in Path(name).parents):
            if os.path.lexists(above) and not above.is_dir():
                raise DealspaceError(f"{above}: a folder goes here; move this away or give another folder")
        if os.path.lexists(place) and not place.is_file():
            raise DealspaceError(f"{place}: a file goes here; move this away or give another folder")


def _exchange(directory: Path, files: dict[str, bytes]) -> None:
    """Write all files aside, then put each in the place of the old one; undo everything if one fails."""
    with ExitStack() as made:
        _make_folders(directory, files, made)
        with (
            TemporaryDirectory(prefix=".dealspace-", dir=directory, ignore_cleanup_errors=True) as aside,
            ExitStack() as placed,
        ):
            new, old = Path(aside, "new"), Path(aside, "old")
            for name, content in files.items():
                for place in (new / name, old / name):
                    place.parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(content)
            for name in files:
                _place(new / name, directory / name, old / name, placed)
            placed.pop_all()
        made.pop_all()


def _make_folders(directory: Path, names: Iterable[str], made: ExitStack) -> None:
    """Make the folders that are missing, the outermost first; `made` takes away those that are empty again."""
    wanted = [*reversed(directory.parents), directory, *dict.fromkeys((directory / name).parent for name in names)]
    for place in wanted:
        if not os.path.lexists(place):
            place.mkdir()
            made.callback(_remove_empty, place)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _place(new: Path, target: Path, old: Path, placed: ExitStack) -> None:
    """Put a new file in its place; a copy of the old one is kept for `placed` to put back."""
    if os.path.lexists(target):
        shutil.copy2(target, old)
        placed.callback(os.replace, old, target)
    else:
        placed.callback(target.unlink, missing_ok=True)
    os.replace(new, target)
