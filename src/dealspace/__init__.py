"""dealspace: what a trade deal is worth, to whom, and which deals two governments could both accept.

Everything public is imported from here, on first use, so that ``import dealspace`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dealspace.analysis.analysis import Analysis as Analysis
    from dealspace.analysis.analysis import analyze as analyze
    from dealspace.core.closure import Mobile as Mobile
    from dealspace.core.closure import Roy as Roy
    from dealspace.core.closure import Specific as Specific
    from dealspace.errors import DealspaceError as DealspaceError
    from dealspace.instruments.explain_line import explain_line as explain_line
    from dealspace.instruments.policy import Policy as Policy
    from dealspace.instruments.quota import Quota as Quota
    from dealspace.outcomes.equilibrium import Equilibrium as Equilibrium
    from dealspace.outcomes.equilibrium import solve as solve
    from dealspace.outcomes.gradient import gradient as gradient
    from dealspace.outcomes.horizon import Horizon as Horizon
    from dealspace.outcomes.measures import measure as measure
    from dealspace.outcomes.path import along_years as along_years
    from dealspace.termsheet.law import load_law as load_law
    from dealspace.termsheet.loading import load_sheet as load_sheet
    from dealspace.termsheet.sheet import TermSheet as TermSheet
    from dealspace.world.catalogue import list_worlds as list_worlds
    from dealspace.world.catalogue import load_world as load_world
    from dealspace.world.economy import Economy as Economy

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "dealspace.analysis.analysis",
    "analyze": "dealspace.analysis.analysis",
    "DealspaceError": "dealspace.errors",
    "Economy": "dealspace.world.economy",
    "Equilibrium": "dealspace.outcomes.equilibrium",
    "Horizon": "dealspace.outcomes.horizon",
    "Mobile": "dealspace.core.closure",
    "Policy": "dealspace.instruments.policy",
    "Quota": "dealspace.instruments.quota",
    "Roy": "dealspace.core.closure",
    "Specific": "dealspace.core.closure",
    "TermSheet": "dealspace.termsheet.sheet",
    "along_years": "dealspace.outcomes.path",
    "explain_line": "dealspace.instruments.explain_line",
    "gradient": "dealspace.outcomes.gradient",
    "list_worlds": "dealspace.world.catalogue",
    "load_law": "dealspace.termsheet.law",
    "load_sheet": "dealspace.termsheet.loading",
    "load_world": "dealspace.world.catalogue",
    "measure": "dealspace.outcomes.measures",
    "solve": "dealspace.outcomes.equilibrium",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dealspace' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
