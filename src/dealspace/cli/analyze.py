"""`dealspace analyze`: the whole answer on one screen, and a report in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dealspace.cli.output import check_folder, print_json, progress


def command(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Built-in name, or path of a YAML file.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the report: HTML, Markdown, JSON, CSV and Excel."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all results as JSON instead of the briefing.")] = False,
) -> None:
    r"""Answer what a negotiation is worth, and to whom: no deal, the room for a deal, the final offer.

    \b
    Examples:
      dealspace analyze us-japan-2025
      dealspace analyze my-talks.yaml --out out/my-talks

    Progress goes to standard error, so that the output can be piped.
    """
    if out is not None:
        check_folder(out)
    from dealspace.termsheet import load_sheet

    found = load_sheet(sheet)
    paths: tuple[Path, ...] = ()
    with progress() as report:
        report("loading the engine", 0.0)
        from dealspace.analysis.analysis import analyze

        case = analyze(found, progress=report)
        if out is not None:
            report("writing the report", 1.0)
            paths = case.save(out)
    if json:
        print_json(case.to_dict())
    else:
        typer.echo(case.briefing())
    if out is not None:
        typer.echo(f"{len(paths)} files written to {out}; open {out / 'report.html'}", err=True)
