"""How numbers are written in sentences."""

from __future__ import annotations

import math


def amount(value: float) -> str:
    """Write a pay-off: whole from 100 up, three significant digits below, plain zero for rounding noise."""
    if not math.isfinite(value):
        return "no number"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 1e-9:
        return "0"
    return f"{value:.3g}"
