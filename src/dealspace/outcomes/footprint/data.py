"""The embedded footprints and the ranges of their parameters, read from ``world/data/autos.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dealspace.errors import unknown_name
from dealspace.outcomes.footprint.model import Footprint, Note, Parameters
from dealspace.world.catalogue import DATA

DEFAULT = "japanese-makers-usa"


@dataclass(frozen=True)
class Ranges:
    """Central values and plausible ranges of what is assumed.

    Attributes
    ----------
    central : Parameters
    short : Parameters
        For a year or two, in which models stay at their plants.
    between_plants, between_makers, parts_share : (low, high)
    notes : mapping of str to Note
        Where each comes from.
    """

    central: Parameters
    short: Parameters
    between_plants: tuple[float, float]
    between_makers: tuple[float, float]
    parts_share: tuple[float, float]
    notes: Mapping[str, Note]


def list_footprints() -> tuple[str, ...]:
    """Names of the embedded footprints."""
    return tuple(_content()["footprints"])


def load_footprint(name: str = DEFAULT) -> Footprint:
    """Return an embedded footprint by name; UnknownNameError with near matches otherwise."""
    entry = _entry(name)
    makers, plants = tuple(entry["makers"]), tuple(entry["plants"])
    units = np.zeros((len(makers), len(plants)))
    notes = {key: Note(**note) for key, note in entry["notes"].items()}
    for cell in entry["cells"]:
        units[makers.index(cell["maker"]), plants.index(cell["plant"])] = cell["units"]
        notes[f"{cell['maker']}|{cell['plant']}"] = Note(cell["status"], cell["how"], cell["source"])
    plain = ("market", "sector", "origins", "value", "exports", "workers", "title", "year")
    parts = ("parts_from", "parts_share", "parts_value")
    return Footprint(
        makers=makers,
        plants=plants,
        units=units,
        name=name,
        group=tuple(entry["group"]),
        composite=tuple(entry["composite"]),
        notes=notes,
        not_told=tuple(entry["not_told"]),
        **{key: entry[key] for key in (*plain, *parts)},
    )


def load_ranges(name: str = DEFAULT) -> Ranges:
    """Return the parameters of an embedded footprint with their ranges; UnknownNameError otherwise."""
    entry = _entry(name)["parameters"]
    central = {key: entry[key]["central"] for key in ("between_plants", "between_makers", "pass_through", "jobs")}
    short = central | {key: entry[key]["short"] for key in ("between_plants", "between_makers")}
    return Ranges(
        central=Parameters(**central),
        short=Parameters(**short),
        between_plants=_range(entry["between_plants"]),
        between_makers=_range(entry["between_makers"]),
        parts_share=_range(entry["parts_share"]),
        notes={key: Note(value["status"], value["how"], value["source"]) for key, value in entry.items()},
    )


def _range(entry: Mapping[str, Any]) -> tuple[float, float]:
    return float(entry["low"]), float(entry["high"])


def _entry(name: str) -> dict[str, Any]:
    known = _content()["footprints"]
    if name not in known:
        raise unknown_name("footprint", name, known)
    return known[name]


@cache
def _content() -> dict[str, Any]:
    return json.loads((DATA / "autos.json").read_text(encoding="utf-8"))
