"""What users hand in, plain or labelled, as float64 arrays and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dealspace.errors import EconomyError, Fault
from dealspace.world import checks


def plain_array(field: str, value: Any) -> np.ndarray:
    """Return a float64 copy of `value`; labelled arrays are transposed to the axis order of `field`."""
    axes = checks.AXES[field]
    if hasattr(value, "dims") and hasattr(value, "transpose"):
        if set(value.dims) != set(axes):
            found, wanted = ", ".join(map(str, value.dims)), ", ".join(axes)
            raise EconomyError(Fault(f"has dimensions ({found}); it needs ({wanted})", field))
        value = value.transpose(*axes).to_numpy()
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise EconomyError(Fault("is not an array of numbers", field)) from None


def names_of(
    names: Sequence[str] | None,
    given: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    *,
    axis: int,
    prefix: str,
) -> tuple[str, ...]:
    """Names as given, or from the labels of `flows`, or numbered."""
    if names is not None:
        return tuple(str(name) for name in names)
    labels = getattr(given["flows"], "coords", {})
    dimension = checks.AXES["flows"][axis]
    if dimension in labels:
        return tuple(str(name) for name in labels[dimension].to_numpy())
    count = arrays["flows"].shape[axis] if arrays["flows"].ndim == 3 else 0
    return tuple(f"{prefix}{i + 1}" for i in range(count))


def broadcast(arrays: dict[str, np.ndarray], regions: int, sectors: int) -> dict[str, np.ndarray]:
    """Spread a single tariff rate over foreign cells and a single elasticity over sectors."""
    spread = dict(arrays)
    if arrays["tariff"].ndim == 0:
        rate = np.full((regions, regions, sectors), float(arrays["tariff"]))
        rate[np.arange(regions), np.arange(regions), :] = 0.0
        spread["tariff"] = rate
    if arrays["trade_elasticity"].ndim == 0:
        spread["trade_elasticity"] = np.full(sectors, float(arrays["trade_elasticity"]))
    return spread
