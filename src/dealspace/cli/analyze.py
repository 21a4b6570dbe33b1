"""`dealspace analyze`: the whole answer on one screen, and a report in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealspace.cli.output import ReportedError, check_folder, place, print_json, progress
from dealspace.errors import DealspaceError, NotConvergedError

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis


def command(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Built-in name, or path of a YAML file.")],
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="DIR", help="Folder for the report: HTML, Markdown, JSON, CSV and Excel."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all results as JSON instead of the briefing.")] = False,
) -> None:
    """Answer what a negotiation is worth, and to whom: no deal, the room for a deal, the final offer.

    \b
    Examples:
      dealspace analyze us-japan-2025
      dealspace analyze my-talks.yaml --out out/my-talks

    Progress goes to standard error, so that the output can be piped.
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    folder = None if out is None else place(out, "--out")
    if folder is not None:
        check_folder(folder)
    from dealspace.termsheet import load_sheet

    found = load_sheet(sheet)
    saved: str | DealspaceError = ""
    with progress() as report:
        report("loading the engine", 0.0)
        from dealspace.analysis.analysis import analyze

        case = analyze(found, progress=report)
        if folder is not None:
            report("writing the report", 1.0)
            saved = _save(case, folder)
    if json:
        print_json(case.to_dict())
    else:
        typer.echo(case.briefing())
    if isinstance(saved, DealspaceError):
        raise saved
    if saved:
        typer.echo(saved, err=True)


def _save(case: Analysis, folder: Path) -> str | DealspaceError:
    """Save the report and say so; return what went wrong instead, since the answer can still be printed."""
    try:
        paths = case.save(folder)
    except NotConvergedError:
        raise
    except DealspaceError as error:
        return ReportedError(error.faults)
    except OSError as error:
        return ReportedError(f"{folder}: cannot be written ({error.strerror or error}); give another folder")
    return f"{len(paths)} files written to {folder}; open {folder / 'report.html'}"
