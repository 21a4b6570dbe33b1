"""`dealspace new`: a term sheet to start from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dealspace.cli.output import place, print_json, write_new
from dealspace.errors import DealspaceError, Fault


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new sheet: letters, digits and hyphens.")],
    parties: Annotated[
        str, typer.Option("--parties", metavar="A,B", help="Two regions or groups; the first one threatens.")
    ],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="File to write; standard output if left out.")
    ] = None,
    world: Annotated[
        str,
        typer.Option("--world", metavar="NAME", help="The economy it is about: a name, or the path of an .npz file."),
    ] = "world-2022",
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Write a commented term sheet for two parties, to be filled in.

    \b
    Examples:
      dealspace new us-korea --parties USA,KOR --out us-korea.yaml
      dealspace new eu-us --parties USA,EU
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    from dealspace.termsheet.starter import check_name, new_sheet
    from dealspace.world.catalogue import load_world

    file = None if out is None else place(out, "--out", "file")
    pair = tuple(part.strip() for part in parties.split(",") if part.strip())
    try:
        check_name(name)
        if len(pair) != 2:
            raise DealspaceError(Fault("a sheet has two parties; write them as in USA,KOR", "parties"))
        text = new_sheet(name, (pair[0], pair[1]), load_world(world), world_file=_as_found(world, file))
    except DealspaceError as error:
        places = {"name": f"NAME {name!r}", "parties": f"--parties {parties}"}
        raise DealspaceError(
            [Fault(f.message, places.get(f.path, f.path), f.file, f.line) for f in error.faults]
        ) from None
    if file is not None:
        write_new(file, text, overwrite=force)
    if json:
        print_json({"name": name, "parties": list(pair), "file": out, "yaml": text})
    elif file is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{file} written; fill in what is marked 'example', then run: dealspace check {file}")


def _as_found(world: str, file: Path | None) -> str | None:
    """Return the path of a world's file as the sheet has to name it, since it is looked for from the sheet's folder."""
    if not world.endswith(".npz"):
        return None
    if file is None or os.path.isabs(world) or os.path.realpath(file.parent) == os.path.realpath("."):
        return world
    return os.path.relpath(os.path.realpath(world), os.path.realpath(file.parent))
