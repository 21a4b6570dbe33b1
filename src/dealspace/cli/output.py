"""What the commands share: strict JSON, text tables, progress on standard error, places to write to."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from dealspace.errors import DealspaceError, Fault

Progress = Callable[[str, float], None]
LAST_STAGE = "done"  # said within a part of the work too, so it is not shown


class ReportedError(DealspaceError):
    """Faults of a command whose output stands on standard output already, so that nothing is added there."""


def plain_fault(fault: Fault) -> dict[str, Any]:
    """Return a fault for machines."""
    return {"file": fault.file, "line": fault.line, "path": fault.path, "message": fault.message}


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
        if stage not in seen and stage != LAST_STAGE:
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
            if stage != LAST_STAGE:
                bar.update(task, description=stage, completed=fraction, total=1.0)

        yield report


def place(text: str, option: str, kind: str = "folder") -> Path:
    """Return the path that an option gives; an empty one is refused, since it would mean the working directory."""
    if not text.strip() or "\0" in text:
        raise DealspaceError(f"{option} {text!r}: this is no name; give the name of a {kind}")
    return Path(text)


def check_folder(folder: Path, option: str = "--out") -> None:
    """Refuse, before any work, a folder that cannot be made or written, by trying it in the nearest one there is.

    Raises
    ------
    DealspaceError
        With one sentence.
    """
    chain = [folder, *folder.absolute().parents]
    missing: list[str] = []
    while not os.path.lexists(chain[0]) and len(chain) > 1:
        missing.append(chain.pop(0).name)
    nearest = chain[0]
    which = "it" if nearest == folder else str(nearest)
    if not os.path.isdir(nearest):
        what = "is a file, not a folder" if os.path.exists(nearest) else "is a link that leads nowhere"
        raise DealspaceError(f"{option} {folder}: {which} {what}; give another folder")
    try:
        with TemporaryDirectory(prefix=".dealspace-", dir=nearest, ignore_cleanup_errors=True) as probe:
            for name in missing:
                if name not in ("", ".."):
                    Path(probe, name).mkdir(exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise DealspaceError(f"{option} {folder}: {which} cannot be written ({reason}); give another folder") from error


def write_new(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a text file whole or not at all; refuse one that exists unless `overwrite`.

    Raises
    ------
    DealspaceError
        When it exists, or cannot be written.
    """
    if os.path.isdir(path):
        raise DealspaceError(f"--out {path}: it is a folder; give the name of a file")
    if os.path.lexists(path) and not os.path.isfile(path):
        raise DealspaceError(f"--out {path}: it is not a regular file; give another name")
    if os.path.lexists(path) and not overwrite:
        raise DealspaceError(f"--out {path}: the file exists; give another name, or --force to write over it")
    try:
        with TemporaryDirectory(prefix=".dealspace-", dir=path.parent, ignore_cleanup_errors=True) as aside:
            whole = Path(aside, path.name)
            whole.write_text(text, encoding="utf-8")
            os.replace(whole, os.path.realpath(path))
    except OSError as error:
        raise DealspaceError(f"--out {path}: {error.strerror or error}; give another place") from error
