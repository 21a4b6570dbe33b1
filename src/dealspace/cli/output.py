"""What the commands share: strict JSON, text tables, progress on standard error."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from dealspace.errors import DealspaceError

Progress = Callable[[str, float], None]


def print_json(value: Any) -> None:
    """Print a value as strict JSON on standard output: no NaN, dates as year-month-day."""
    typer.echo(json.dumps(_strict(value), indent=2, ensure_ascii=False, allow_nan=False, default=str))


def _strict(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _strict(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(entry) for entry in value]
    return value


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table: the first column to the left, the others to the right, two blanks between."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if k == 0 else cell.rjust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield ``report(stage, fraction done)``; it draws on standard error, as a bar on a terminal, else line by line."""
    if sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _lines()


def _lines() -> Progress:
    seen: set[str] = set()

    def report(stage: str, fraction: float) -> None:
        if stage not in seen:
            seen.add(stage)
            typer.echo(f"{stage} ...", err=True)

    return report


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def report(stage: str, fraction: float) -> None:
            bar.update(task, description=stage, completed=fraction, total=1.0)

        yield report


def check_folder(folder: Path, option: str = "--out") -> None:
    """Refuse, before any work, a folder that cannot be written: a file, or a place where none can be made.

    Raises
    ------
    DealspaceError
        With one sentence.
    """
    for place in (folder, *folder.absolute().parents):
        try:
            exists, is_folder = place.exists(), place.is_dir()
        except OSError as error:
            raise DealspaceError(f"{option} {folder}: {error.strerror or error}; give another folder") from error
        if exists and not is_folder:
            which = "it" if place == folder else str(place)
            raise DealspaceError(f"{option} {folder}: {which} is a file, not a folder; give another folder")
        if exists:
            if not os.access(place, os.W_OK | os.X_OK):
                raise DealspaceError(f"{option} {folder}: {place} cannot be written; give another folder")
            return


def write_new(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a text file whole or not at all; refuse one that exists unless `overwrite`.

    Raises
    ------
    DealspaceError
        When it exists, or cannot be written.
    """
    if path.is_dir():
        raise DealspaceError(f"--out {path}: it is a folder; give the name of a file")
    if path.exists() and not overwrite:
        raise DealspaceError(f"--out {path}: the file exists; give another name, or --force to write over it")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DealspaceError(f"--out {path}: {error.strerror or error}; give another place") from error
