"""What is written beside the benchmark: headline facts, provenance and the balance report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dealspace.world.build.procedure import Benchmark


def write(built: Benchmark, out: Path) -> None:
    """Write facts, provenance and balance report of `built` under `out`."""
