"""Bargaining: what each side gets from a deal and from none, and which deals both could sign.

``analyze_bargain(model, sheet)`` does everything; its parts are in modules of their own and work on the
abstract `DealModel`.
"""

from __future__ import annotations

from .analyze import analyze_bargain
from .from_sheet import Inputs, read_inputs, required_measures
from .model import DealModel, IssueAxis, MeasureTable
from .no_deal import NoDealTerms
from .payoffs import Payoff, Spread, custom, describe, mercantilist, political, welfare
from .results import Bargain, Settings, plain

__all__ = [
    "Bargain",
    "DealModel",
    "Inputs",
    "IssueAxis",
    "MeasureTable",
    "NoDealTerms",
    "Payoff",
    "Settings",
    "Spread",
    "analyze_bargain",
    "custom",
    "describe",
    "mercantilist",
    "plain",
    "political",
    "read_inputs",
    "required_measures",
    "welfare",
]
