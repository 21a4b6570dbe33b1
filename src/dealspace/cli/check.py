"""`dealspace check`: whether a term sheet is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dealspace.cli.output import ReportedError, plain_fault, print_json
from dealspace.errors import DealspaceError

if TYPE_CHECKING:
    from dealspace.termsheet import TermSheet


def command(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Built-in name, or path of a YAML file.")],
    line: Annotated[
        str | None, typer.Option("--line", metavar="CODE", help="Say what this tariff line pays: 2 to 10 digits.")
    ] = None,
    importer: Annotated[str | None, typer.Option("--importer", metavar="REGION", help="Who imports the line.")] = None,
    exporter: Annotated[str | None, typer.Option("--exporter", metavar="REGION", help="Who exports it.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day, as 2025-07-20; the sheet's own by default.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="NAME", help="Count a policy or offer instead of the acts in force that day."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Check the text alone, not whether the economy can follow it.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Read a term sheet and name every fault at once, each with its file and line.

    A sheet whose text is sound is then tried on its economy, which must tell the products of every policy and issue
    apart; that takes a few seconds.

    With --line it says instead what one tariff line pays: the normal duty, each act that applies, in order and
    with its authority, and why others do not.

    \b
    Examples:
      dealspace check us-korea.yaml
      dealspace check us-japan-2025 --line 8703.23 --importer USA --exporter JPN --on 2025-07-20

    \b
    A fault reads:
      us-korea.yaml:14  issues.us-auto-rate.range: 27.5 has no unit; write 27.5% or 0.275.

    Exits with 0 when the sheet is sound, with 2 otherwise. What is allowed but may not be meant is noted.
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    if line is not None:
        if quick:
            raise DealspaceError("--quick has no effect with --line; leave one of the two out")
        _say_line(sheet, line, importer, exporter, on, policy, json)
        return
    given = {"--importer": importer, "--exporter": exporter, "--on": on, "--policy": policy}
    idle = [option for option, value in given.items() if value is not None]
    if idle:
        raise DealspaceError(f"{idle[0]} has no effect without --line; add --line 8703.23, say, or leave it out")
    _check(sheet, quick, json)


def _say_line(
    name: str, line: str, importer: str | None, exporter: str | None, on: str | None, policy: str | None, json: bool
) -> None:
    from dealspace.cli.check_line import explain_for, record, text
    from dealspace.termsheet import load_sheet

    found = explain_for(load_sheet(name), line, importer, exporter, on, policy)
    if json:
        print_json(record(found))
    else:
        typer.echo(text(found))


def _check(sheet: str, quick: bool, json: bool) -> None:
    from dealspace.termsheet import check_sheet

    found = check_sheet(sheet, quick=quick)
    if json:
        print_json(
            {
                "ok": found.ok,
                "file": found.file,
                "faults": [plain_fault(fault) for fault in found.faults],
                "warnings": [plain_fault(fault) for fault in found.warnings],
                "summary": summary(found.sheet) if found.sheet else None,
            }
        )
    if found.sheet is None or not found.ok:
        raise ReportedError(found.faults) if json else DealspaceError(found.faults)
    if not json:
        typer.echo(sentence(found.sheet))
    for fault in found.warnings:
        typer.echo(f"note  {fault}", err=True)


def summary(sheet: TermSheet) -> dict[str, Any]:
    """Return what a sheet holds, for machines."""
    return {
        "name": sheet.name,
        "title": sheet.title,
        "as_of": sheet.as_of.isoformat(),
        "world": sheet.world,
        "parties": list(sheet.parties),
        "measures": list(sheet.measures),
        "policies": {name: list(measures) for name, measures in sheet.policies.items()},
        "issues": {
            name: {"by": issue.by, "low": issue.low, "high": issue.high, "unit": issue.unit}
            for name, issue in sheet.issues.items()
        },
        "offers": list(sheet.offers),
        "digest": sheet.digest,
    }


def sentence(sheet: TermSheet) -> str:
    """Say in two lines that a sheet is sound and what it holds."""
    counts = [
        (len(sheet.measures), "measure"),
        (len(sheet.policies), "policy"),
        (len(sheet.issues), "issue"),
        (len(sheet.offers), "offer"),
    ]
    parts = [f"{count} {_plural(word, count)}" for count, word in counts]
    axes = ", ".join(
        f"{name} {issue.write(issue.low)} to {issue.write(issue.high)}" for name, issue in sheet.issues.items()
    )
    return (
        f"{sheet.name}: sound; {sheet.parties[0]} and {sheet.parties[1]} as of {sheet.as_of.isoformat()}, "
        f"{', '.join(parts[:-1])} and {parts[-1]}.\nOn the table: {axes}."
    )


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return word[:-1] + "ies" if word.endswith("y") else word + "s"
