"""`dealspace diff`: what changed from one term sheet to another."""

from __future__ import annotations

from typing import Annotated

import typer

from dealspace.cli.output import print_json


def command(
    first: Annotated[str, typer.Argument(metavar="A", help="The sheet before: built-in name or path.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The sheet after: built-in name or path.")],
    json: Annotated[bool, typer.Option("--json", help="Print the changes as JSON.")] = False,
) -> None:
    """Say in words what changed from one term sheet to another.

    \b
    Example:
      dealspace diff us-japan-2025 my-variant.yaml

    Exits with 0 whether or not something changed; the comments of the files do not count.
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    from dealspace.termsheet import diff, load_sheet

    a, b = load_sheet(first), load_sheet(second)
    changes = diff(a, b)
    if json:
        rows = [{"path": c.path, "kind": c.kind, "before": c.before, "after": c.after} for c in changes]
        print_json({"a": a.name, "b": b.name, "equal": not changes, "changes": rows})
    elif changes:
        typer.echo("\n".join(str(change) for change in changes))
    else:
        typer.echo("The sheets are equal in every term.")
