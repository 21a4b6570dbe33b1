"""Random policies with every instrument in them, on random worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rival.economies import Data, random_shock
from rival.model import Base
from rival.stacked import Line, Shock, no_change

LABOUR_FORMS = ("mobile", "roy", "specific")


def random_policy(
    rng: np.random.Generator,
    data: Data,
    base: Base,
    quotas: int = 1,
    origins: int = 2,
    top_tariff: float = 0.6,
    rates: float = 0.2,
) -> Shock:
    """Duties, barriers (wasteful and rents), subsidies and export taxes, a services tax, quotas."""
    tariff, cost = random_shock(rng, data, top_tariff=top_tariff, top_cost=1.5)
    regions, _, sectors = tariff.shape
    own = np.arange(regions)
    subsidy = np.where(rng.random(tariff.shape) < 0.3, rng.uniform(-rates, rates, tariff.shape), 0.0)
    producer = rng.integers(regions), rng.integers(sectors)
    subsidy[:, producer[0], producer[1]] = rng.uniform(-rates, rates)
    rent = np.where(rng.random(tariff.shape) < 0.3, 1.0 + rates * rng.random(tariff.shape), 1.0)
    rent[own, own] = 1.0
    # A services tax is a gross factor 1 / (1 - q m) on top of the duty, own suppliers included.
    taxed = rng.integers(regions), rng.integers(sectors)
    tariff[taxed[0], :, taxed[1]] = (1.0 + tariff[taxed[0], :, taxed[1]]) / (1.0 - rates * rng.random()) - 1.0
    shock = Shock(tariff, cost, subsidy, rent, rng.random(tariff.shape))
    return add_quotas(rng, base, shock, quotas, origins)


def add_quotas(rng: np.random.Generator, base: Base, shock: Shock, count: int, origins: int = 2) -> Shock:
    """Put `count` quotas on; each covers one importer's purchases in a sector from so many origins.

    Numbers of quotas and origins are fixed, for the engine compiles once per shape.
    """
    crossing = np.argwhere(base.flows > 0)
    crossing = crossing[crossing[:, 0] != crossing[:, 1]]
    lines, limits, taken = [], [], set()
    for cell in rng.permutation(crossing):
        if len(limits) == count:
            break
        importer, _, sector = (int(at) for at in cell)
        if (importer, sector) in taken:
            continue
        members = [i for i in range(len(base.flows)) if i != importer and base.flows[importer, i, sector] > 0]
        if len(members) < origins:
            continue
        taken.add((importer, sector))
        part = 1.0 if rng.random() < 0.3 else rng.uniform(0.1, 0.9)
        inside, above = 1.0 + 0.3 * rng.random(), np.exp(rng.choice([0.05, 0.3, 20.0]))
        kept, sold = rng.random(), 0.0
        for origin in rng.permutation(members)[:origins]:
            here = (importer, int(origin), sector)
            tau0, tau = 1.0 + base.tariff[here], 1.0 + shock.tariff[here]
            lines.append(Line(here, part, tau0, inside, len(limits), inside * above, kept))
            if part < 1.0:
                lines.append(Line(here, 1.0 - part, tau0, tau))
            sold += part * base.flows[here]
        limits.append(sold * rng.choice([0.3, 0.8, 1.0, 1.3, 3.0]) * np.exp(rng.normal(0.0, 0.1)))
    return replace(shock, lines=tuple(lines), limits=tuple(limits))


def slacken(shock: Shock) -> Shock:
    """The same policy with limits nobody can reach."""
    return replace(shock, limits=tuple(1e9 * limit for limit in shock.limits))


def still(base: Base) -> Shock:
    """Every instrument present and none at work: quotas and lines at the base duties."""
    rng = np.random.default_rng(0)
    quiet = add_quotas(rng, base, no_change(base), 2)
    lines = tuple(line._replace(tau=line.tau0, outside=line.tau0 * 1.5) for line in quiet.lines)
    sold = [0.0] * len(quiet.limits)
    for line in lines:
        if line.quota is not None:
            sold[line.quota] += line.share * base.flows[line.cell]
    return replace(quiet, lines=lines, limits=tuple(sold))
