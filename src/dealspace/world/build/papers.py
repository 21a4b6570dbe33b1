"""What is written beside the benchmark: headline facts, provenance and the balance report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dealspace.world.build.balance_report import balance_report
from dealspace.world.build.headline import headline
from dealspace.world.build.provenance import provenance

if TYPE_CHECKING:
    from dealspace.world.build.procedure import Benchmark


def write(built: Benchmark, out: Path) -> None:
    """Write facts, provenance and balance report of `built` under `out`."""
    facts = headline(built.sources.imports, built.sources.exports)
    name = built.economy.name
    (out / f"{name}-facts.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "PROVENANCE.md").write_text(provenance(built, facts), encoding="utf-8")
    (out / "balance-report.md").write_text(balance_report(built, facts), encoding="utf-8")
