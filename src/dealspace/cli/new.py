"""`dealspace new`: a term sheet to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dealspace.cli.output import print_json, write_new
from dealspace.errors import DealspaceError


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new sheet: letters, digits and hyphens.")],
    parties: Annotated[
        str, typer.Option("--parties", metavar="A,B", help="Two regions or groups; the first one threatens.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="File to write; standard output if left out.")
    ] = None,
    world: Annotated[str, typer.Option("--world", metavar="NAME", help="The economy it is about.")] = "world-2022",
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    r"""Write a commented term sheet for two parties, to be filled in.

    \b
    Examples:
      dealspace new us-korea --parties USA,KOR --out us-korea.yaml
      dealspace new eu-us --parties USA,EU
    """
    from dealspace.termsheet import new_sheet
    from dealspace.world.catalogue import load_world

    pair = tuple(part.strip() for part in parties.split(",") if part.strip())
    if len(pair) != 2:
        raise DealspaceError(f"--parties {parties}: a sheet has two parties; write them as in USA,KOR")
    text = new_sheet(name, (pair[0], pair[1]), load_world(world))
    if out is not None:
        write_new(out, text, overwrite=force)
    if json:
        print_json({"name": name, "parties": list(pair), "file": str(out) if out else None, "yaml": text})
    elif out is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{out} written; fill in what is marked 'example', then run: dealspace check {out}")
