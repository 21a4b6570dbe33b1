"""`dealspace world`: the economies that come with the package, and how they are built."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from dealspace.cli.output import check_folder, place, print_json, progress, text_table
from dealspace.errors import DealspaceError

app = typer.Typer(help="List, show or rebuild the embedded economies.", no_args_is_help=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def _root(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_command(
    json: Annotated[bool, typer.Option("--json", help="Print the names as JSON.")] = False,
) -> None:
    """Name the embedded economies.

    \b
    Example:
      dealspace world list
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    from dealspace.world.catalogue import list_worlds

    names = list_worlds()
    if json:
        print_json({"worlds": list(names)})
    else:
        typer.echo("\n".join(names))


@app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of an embedded economy, or path of an .npz file.")],
    json: Annotated[bool, typer.Option("--json", help="Print the description as JSON.")] = False,
) -> None:
    """Describe an economy: size, regions, sectors, groups, trade elasticities.

    \b
    Example:
      dealspace world show world-2022
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    from dealspace.world.catalogue import describe, load_world

    world = load_world(name)
    about = describe(world)
    if json:
        print_json(about)
        return
    income, goods = world.income / 1e6, set(world.goods)
    regions = [
        [code, title, f"{income[world.region_index(code)]:.2f}"] for code, title in (world.region_names or {}).items()
    ]
    sectors = [
        [code, title, "goods" if code in goods else "services", f"{theta:.2f}"]
        for (code, title), theta in zip((world.sector_names or {}).items(), world.trade_elasticity, strict=True)
    ]
    groups = "; ".join(f"{group}: {', '.join(members)}" for group, members in (world.groups or {}).items()) or "none"
    typer.echo(
        f"{world.name}: {len(world.regions)} regions, {len(world.sectors)} sectors, year {world.year or 'not stated'}; "
        f"trade between regions {about['trade_usd_bn']:,} bn USD, duties {about['tariff_revenue_usd_bn']:,} bn USD.\n"
        f"Groups: {groups}.\n\n{_left(['region', '', 'income, trn USD'], regions)}\n\n"
        f"{_left(['sector', '', '', 'trade elasticity'], sectors)}\n\nDigest {about['digest']}"
    )


def _left(header: list[str], rows: list[list[str]]) -> str:
    """Lay out a table whose names stand to the left and whose last column stands to the right."""
    lines = [header, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header) - 1)]
    joined = [["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=False)), line[-1]] for line in lines]
    return text_table(joined[0], joined[1:])


@app.command("build")
def build_command(
    source: Annotated[
        str, typer.Option("--from", metavar="DIR", help="Folder that holds the source tables: data/ and facts/.")
    ] = "../shared",
    to: Annotated[str, typer.Option("--to", metavar="DIR", help="Folder for the computed files.")] = "world-build",
    json: Annotated[bool, typer.Option("--json", help="Print the paths written as JSON.")] = False,
) -> None:
    """Compute the embedded economy again from its sources.

    \b
    Example:
      dealspace world build --from ../shared --to build/world
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    folder, target = place(source, "--from"), place(to, "--to")
    if not os.path.isdir(folder):
        raise DealspaceError(f"--from {source}: there is no such folder; give the one with the source tables")
    check_folder(target, "--to")
    with progress() as report:
        report("computing the economy", 0.0)
        path = _build(folder, target)
    if json:
        print_json({"file": str(path)})
    else:
        typer.echo(f"{path} written, with its provenance beside it")


def _build(source: Path, to: Path) -> Path:
    """Compute everything aside, so that a failure makes no folder, then move it to its place."""
    from dealspace.world.build import build_world

    nearest = next(above for above in (to, *to.absolute().parents) if above.is_dir())
    with TemporaryDirectory(prefix=".dealspace-", dir=nearest, ignore_cleanup_errors=True) as aside:
        try:
            made = build_world(source, Path(aside))
        except FileNotFoundError as error:
            raise DealspaceError(f"--from {source}: {error.filename or error} is missing; see docs/world.md") from error
        except OSError as error:
            raise DealspaceError(f"--from {source}: {error.filename}: {error.strerror or error}") from error
        try:
            to.mkdir(parents=True, exist_ok=True)
            for file in Path(aside).iterdir():
                os.replace(file, to / file.name)
        except OSError as error:
            raise DealspaceError(f"--to {to}: {error.strerror or error}; give another folder") from error
        return to / made.name
