"""An analysis as strict JSON: every number with its unit, and what it takes to make it again."""

from __future__ import annotations

import math
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from dealspace.bargaining.results import plain
from dealspace.report.reading import Case
from dealspace.report.table import Table, to_json
from dealspace.report.tables import build_tables

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis

SCHEMA = "dealspace-results/1"
_PACKAGES = ("dealspace", "jax", "jaxlib", "numpy", "scipy", "xarray", "polars", "pydantic")


def to_dict(analysis: Analysis) -> dict[str, Any]:
    """Return everything an analysis found as content for JSON: no NaN, missing numbers are null."""
    case = Case(analysis)
    return record(case, build_tables(case))


def record(case: Case, tables: dict[str, Table]) -> dict[str, Any]:
    """As `to_dict`, with tables that are built already."""
    analysis = case.analysis
    found = {
        "schema": SCHEMA,
        "versions": {name: _version(name) for name in _PACKAGES} | {"python": platform.python_version()},
        "sheet": {
            "name": case.sheet.name,
            "title": case.sheet.title,
            "as_of": case.sheet.as_of.isoformat(),
            "parties": list(case.parties),
            "digest": case.sheet.digest,
            "yaml": case.sheet.to_yaml(),
        },
        "world": {"name": case.world.name, "year": case.world.year, "digest": case.world.digest},
        "closure": {"deficits": analysis.closure, "others": list(analysis.closures[1:]), "labour": "mobile"},
        "horizon": analysis.horizon,
        "units": {
            "bargain": "USD million a year; rates, shares and points as fractions; pay-offs against the status quo",
            "tables": "as each column says",
        },
        "settings": plain(analysis.settings),
        "seconds": dict(analysis.seconds),
        "equilibria": [
            {
                "policy": policy,
                "deficits": closure,
                "converged": bool(eq.converged),
                "reason": eq.reason,
                "residual": float(eq.residual),
            }
            for (policy, closure), eq in {**analysis.equilibria, **analysis.deals}.items()
        ],
        "stake": plain(analysis.stake),
        "bargain": plain(analysis.bargain),
        "checked": plain(dict(analysis.checked)),
        "notes": list(analysis.notes),
        "tables": {name: to_json(table) for name, table in tables.items()},
    }
    return _strict(found)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _strict(value: Any) -> Any:
    """Put None in place of what JSON cannot say."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _strict(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(entry) for entry in value]
    return value
