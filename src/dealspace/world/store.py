"""Economies as files: a deterministic `.npz` of arrays and names, readable without pickle."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from dealspace.errors import EconomyError, Fault
from dealspace.world.economy import ARRAYS, Economy
from dealspace.world.lines import Lines

_FORMAT = "dealspace-world/1"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays so that equal content gives equal bytes: fixed order and time stamps."""
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue())


def lines_path(path: Path) -> Path:
    """The Parquet file of product lines that belongs to a world file."""
    return path.with_name(f"{path.stem}-lines.parquet")


def save_economy(world: Economy, path: Path) -> Path:
    """Write `world` to `path` (`.npz`), its lines beside it, and return the path."""
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    description = {
        "format": _FORMAT,
        "name": world.name,
        "year": world.year,
        "regions": world.regions,
        "sectors": world.sectors,
        "goods": world.goods,
        "groups": dict(world.groups),
        "region_names": dict(world.region_names),
        "sector_names": dict(world.sector_names),
    }
    text = np.frombuffer(json.dumps(description, ensure_ascii=False).encode(), dtype=np.uint8)
    write_npz(path, {"description": text} | {field: getattr(world, field) for field in ARRAYS})
    if world.lines is not None:
        world.lines.frame.write_parquet(lines_path(path), compression="zstd", compression_level=12)
    return path


def read_economy(path: Path, **changes: Any) -> Economy:
    """Read an economy that `save_economy` wrote; EconomyError when the file is not one.

    `changes` replace fields before the checks run (``trade_elasticity=...``).
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            content = {name: archive[name] for name in archive.files}
        description = json.loads(content.pop("description").tobytes().decode())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EconomyError(
            Fault(f"is not a saved economy ({error}); write one with Economy.save", "", str(path))
        ) from error
    if description.pop("format", None) != _FORMAT:
        raise EconomyError(Fault(f"has another format than {_FORMAT}; save it again", "", str(path)))
    lines = lines_path(path)
    return Economy(**(content | description | {"lines": Lines(lines) if lines.exists() else None} | changes))
