"""Write the report to a folder: everything is made and written aside first, then moved into place."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
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
        When the folder is a file, or cannot be made or written; nothing is left half-written then.
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
    """Write files into a folder by way of a temporary one beside it, so that a failure leaves nothing behind."""
    aside: Path | None = None
    made = _missing(directory)
    try:
        if directory.exists() and not directory.is_dir():
            raise DealspaceError(f"{directory}: it is a file, not a folder; give another folder")
        directory.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".dealspace-", dir=directory))
        for name, content in files.items():
            place = aside / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        for name in files:
            (directory / name).parent.mkdir(exist_ok=True)
        for name in files:
            os.replace(aside / name, directory / name)
    except OSError as error:
        _undo(made, aside)
        raise DealspaceError(
            f"{directory}: cannot be written ({error.strerror or error}); give another folder"
        ) from error
    shutil.rmtree(aside, ignore_errors=True)
    return tuple(directory / name for name in files)


def _missing(directory: Path) -> list[Path]:
    """Return the folders that have to be made, the innermost first."""
    chain = [directory, *directory.parents]
    return [place for place in chain if not os.path.lexists(place)]


def _undo(made: list[Path], aside: Path | None) -> None:
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    for place in made:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
