"""Medians of repeated runs, peak memory, and a fresh process timed from outside."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SCRIPT = Path(sys.executable).with_name("dealspace")


@dataclass(frozen=True)
class Row:
    """One figure: what, its median (and fastest) in `unit`, and the target it is held against."""

    what: str
    median: float
    fastest: float
    unit: str
    target: float | None = None

    def __str__(self) -> str:
        aim = "" if self.target is None else f"{self.target:g}"
        return f"| {self.what} | {self.median:.3g} | {self.fastest:.3g} | {self.unit} | {aim} |"


def milliseconds(what: str, run: Callable[[], object], *, repeats: int = 30, target: float | None = None) -> Row:
    """Time `run` warm: once to compile, then `repeats` times."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return Row(what, 1e3 * float(np.median(seconds)), 1e3 * min(seconds), "ms", target)


def ratio(what: str, run: Callable[[], object], plain: Callable[[], object], *, repeats: int, target: float) -> Row:
    """Time `run` over `plain`, in turns, so that a machine that slows down slows both."""
    run(), plain()
    seconds = np.zeros((repeats, 2))
    for k in range(repeats):
        for column, each in enumerate((run, plain)):
            start = time.perf_counter()
            each()
            seconds[k, column] = time.perf_counter() - start
    of_medians, of_fastest = (float(a / b) for a, b in (np.median(seconds, axis=0), seconds.min(axis=0)))
    return Row(what, of_medians, of_fastest, "solves", target)


def command(what: str, arguments: list[str], *, repeats: int, env: dict[str, str], target: float | None) -> Row:
    """Time a command of its own process, interpreter and imports included."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([str(SCRIPT), *arguments], env=env, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return Row(what, float(np.median(seconds)), min(seconds), "s", target)


def peak_memory(what: str) -> Row:
    """Return the peak resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row(what, peak, peak, "MiB")
