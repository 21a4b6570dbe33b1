"""The economies that can be loaded by name, and their elasticity sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from dealspace.errors import UnknownNameError, unknown_name
from dealspace.world.economy import Economy
from dealspace.world.store import read_economy

DATA = Path(__file__).parent / "data"


def list_worlds() -> tuple[str, ...]:
    """Names of the embedded economies."""
    return tuple(sorted(path.stem for path in DATA.glob("*.npz")))


def load_world(name: str | Path, *, elasticities: str | None = None) -> Economy:
    """Load an economy by name, or from a file that `Economy.save` wrote.

    Parameters
    ----------
    name : str or path
        ``"world-2022"``, or a path to an `.npz` file.
    elasticities : str, optional
        Another of the published elasticity sets, see `elasticity_sets`; the file's own by default.

    Raises
    ------
    UnknownNameError
        When there is no such economy or set; near matches are offered.
    EconomyError
        When a file is not an economy.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> len(world.regions), len(world.sectors)
    (30, 26)
    """
    text = str(name)
    if text in list_worlds():
        path = DATA / f"{text}.npz"
    elif text.endswith(".npz") and _exists(Path(text)):
        path = Path(text).resolve()
    elif text.endswith(".npz"):
        raise UnknownNameError(f"there is no file {text}; give the path of a file written by Economy.save")
    else:
        raise unknown_name("world", text, list_worlds())
    return _load(path, path.stat().st_mtime_ns, elasticities)


def _exists(path: Path) -> bool:
    """Say whether there is such a file; a name that no file can have is none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=8)
def _load(path: Path, stamp: int, elasticities: str | None) -> Economy:
    """Read once per file state and elasticity set (`stamp` is the time of the last change)."""
    if elasticities is None:
        return read_economy(path)
    own = read_economy(path)
    chosen = elasticity_set(elasticities)
    missing = [sector for sector in own.sectors if sector not in chosen.theta]
    if missing:
        raise UnknownNameError(
            f"elasticity set {elasticities!r} has no value for {', '.join(missing[:5])}; it is made for "
            "the sectors of world-2022"
        )
    theta = np.array([chosen.theta[sector] for sector in own.sectors])
    return own.with_(trade_elasticity=theta, name=f"{own.name} ({elasticities})")


@dataclass(frozen=True)
class ElasticitySet:
    """A named set of trade elasticities by sector.

    theta : sector -> elasticity of expenditure to the duty-inclusive price
    deviation : sector -> standard deviation of log theta where one can be stated, else empty
    """

    name: str
    citation: str
    conversion: str
    theta: dict[str, float]
    deviation: dict[str, float]
    note: str


@lru_cache(maxsize=1)
def elasticity_sets() -> dict[str, ElasticitySet]:
    """Every published elasticity set, by name, on the sectors of world-2022."""
    content = json.loads((DATA / "elasticities.json").read_text(encoding="utf-8"))
    return {name: ElasticitySet(name=name, **entry) for name, entry in content["sets"].items()}


def elasticity_set(name: str) -> ElasticitySet:
    """One elasticity set by name; UnknownNameError with near matches otherwise."""
    known = elasticity_sets()
    if name not in known:
        raise unknown_name("elasticity set", name, known)
    return known[name]


@lru_cache(maxsize=4)
def headline_facts(name: str = "world-2022") -> Mapping[str, Any]:
    """Customs totals by partner of the reporting region (USD million), with sources, of an embedded economy.

    Returns
    -------
    read-only mapping
        Keys `reporter` (the region whose customs these are), `basis_words`, `source_words`, `year`, `unit`, and
        `partners`: region or group -> totals.

    Raises
    ------
    UnknownNameError
        When no such economy is embedded.
    """
    path = DATA / f"{name}-facts.json"
    if name not in list_worlds() or not path.exists():
        raise unknown_name("world with headline facts", name, list_worlds())
    return _read_only(json.loads(path.read_text(encoding="utf-8")))


def _read_only(value: Any) -> Any:
    """Return JSON content that cannot be changed, at any depth."""
    if isinstance(value, dict):
        return MappingProxyType({key: _read_only(entry) for key, entry in value.items()})
    return tuple(map(_read_only, value)) if isinstance(value, list) else value


def describe(world: Economy) -> dict[str, object]:
    """Size, totals and names of an economy, for `dealspace world show`."""
    foreign = world.flows.sum() - np.einsum("nnj->", world.flows)
    return {
        "name": world.name,
        "year": world.year,
        "regions": dict(world.region_names),
        "sectors": dict(world.sector_names),
        "goods": list(world.goods),
        "groups": {group: list(members) for group, members in world.groups.items()},
        "value_added_usd_bn": round(float(world.value_added.sum()) / 1e3, 1),
        "trade_usd_bn": round(float(foreign) / 1e3, 1),
        "tariff_revenue_usd_bn": round(float(world.revenue.sum()) / 1e3, 1),
        "trade_elasticity": dict(zip(world.sectors, world.trade_elasticity.round(3).tolist(), strict=True)),
        "has_lines": world.lines is not None,
        "digest": world.digest,
    }
