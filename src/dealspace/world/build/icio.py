"""Reader of the OECD inter-country flows of 2022 (intermediate and final, own absorption included)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from dealspace.world.build.naming import GOODS, REGIONS, region_of, sector_of, summing_matrix

SERVICES_COLUMN = "Services (aggregate)"


class Flows(NamedTuple):
    """Sales in USD million at basic price.

    goods : (importer, exporter, good); services : (importer, exporter), all services as one
    """

    goods: np.ndarray
    services: np.ndarray


class CountryFlows(NamedTuple):
    """The source as it is: sales (exporter, importer, sector) with its names."""

    sales: np.ndarray
    countries: tuple[str, ...]
    sectors: tuple[str, ...]


def read_country_flows(path: Path) -> CountryFlows:
    """Read the file: array `X` (exporter, importer, sector), `countries`, `sectors`."""
    with np.load(path) as archive:
        return CountryFlows(
            archive["X"].astype(np.float64),
            tuple(map(str, archive["countries"])),
            tuple(map(str, archive["sectors"])),
        )


def to_regions(source: CountryFlows) -> Flows:
    """Sum countries into regions and ICIO goods into the benchmark's; axes become (importer, exporter, good)."""
    by_region = summing_matrix(source.countries, REGIONS, {c: region_of(c) for c in source.countries})
    goods = {code: sector_of(code) for code in source.sectors if code != SERVICES_COLUMN}
    by_good = summing_matrix(source.sectors, GOODS, goods)
    sales = np.einsum("xmk,nm,ix,jk->nij", source.sales, by_region, by_region, by_good, optimize=True)
    services = source.sales[:, :, source.sectors.index(SERVICES_COLUMN)]
    return Flows(sales, by_region @ services.T @ by_region.T)
