"""Measure speed and memory; ``make bench`` prints the table, ``--write`` puts it into docs/benchmarks.md.

The core solve (compiled kernel, arrays in, arrays out) and the labelled public call are timed apart. Machines are
noisy: compare figures of one run only.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from timing import Row, command, milliseconds, peak_memory, ratio
from worlds import ROOT, caliendo_parro, synthetic

import dealspace as ds
from dealspace.analysis.model import CompiledSheet, SheetModel
from dealspace.bargaining.from_sheet import required_measures
from dealspace.core.adjoint import pull_back_many
from dealspace.core.batch import values_and_cotangents
from dealspace.core.closure import Closure, Roy, Specific
from dealspace.core.solve import solve as solve_core
from dealspace.core.wedges import Wedges, no_change

PAGE = ROOT / "docs" / "benchmarks.md"
OPENS, CLOSES = "<!-- figures -->", "<!-- /figures -->"


def one_economy(world: ds.Economy, policy: ds.Policy, target: float | None, repeats: int = 30) -> list[Row]:
    """Time the core solve, the labelled call and the gradient of one Measure, on one economy and policy."""
    base, wedges, closure = world.baseline, policy.wedges, Closure()
    objective = (ds.measure(world, f"ev:{world.regions[0]}"),)
    found, status, _ = solve_core(base, wedges, closure)
    assert found is not None, status.reason

    def gradient() -> None:
        solved, _, at = solve_core(base, wedges, closure)
        _, cotangents = values_and_cotangents(objective, base, solved)
        jax.block_until_ready(pull_back_many(base, wedges, closure.rules, at, cotangents))

    name = f"{world.name}, {policy.name}"
    core = milliseconds(
        f"{name}: core solve, {status.iterations} iterations",
        lambda: jax.block_until_ready(solve_core(base, wedges, closure)[0]),
        repeats=repeats,
        target=target,
    )
    call = milliseconds(
        f"{name}: labelled call", lambda: ds.solve(world, policy).real_income.values.sum(), repeats=repeats
    )
    slope = milliseconds(f"{name}: solve and gradient of one Measure", gradient, repeats=repeats)
    ratio = Row(f"{name}: gradient over solve", slope.median / core.median, slope.fastest / core.fastest, "solves", 2.2)
    return [core, call, slope, ratio]


def bilateral(world: ds.Economy, importer: str, exporter: str, rate: float) -> ds.Policy:
    """Return `rate` added to every duty of one importer on one exporter."""
    tariff = np.array(world.tariff)
    tariff[world.region_index(importer), world.region_index(exporter)] += rate
    return ds.Policy(world, tariff=tariff, name=f"+{100 * rate:.0f} points")


def everything(world: ds.Economy) -> ds.Policy:
    """Return the same duty with every other instrument beside it: quotas slack, binding and over their limit."""
    tariff = np.array(world.tariff)
    tariff[world.region_index("USA"), world.region_index("JPN")] += 0.25
    farm, food, cars = "A01_02", "C10T12", "C29"
    for origin in ("USA", "AUS", "THA"):  # a quota sets the whole duty of its cells
        for sector in (farm, food):
            cell = world.region_index("JPN"), world.region_index(origin), world.sector_index(sector)
            tariff[cell] = world.tariff[cell]
    return ds.Policy(
        world,
        tariff=tariff,
        trade_cost={("JPN", "USA", cars): 0.95},
        rent={("EU", "USA", food): 1.02},
        rent_to_importer={("EU", "USA", food): 0.5},
        services_tax={("GBR", "USA", "J58T63"): 0.02},
        subsidy={("USA", "world", "C26"): 0.02, ("JPN", "USA", cars): -0.01},
        transfer={"JPN": -2000.0, "USA": 2000.0},
        quotas=[
            ds.Quota("JPN", ["USA", "THA"], farm, ratio=0.9, out_rate=3.0, kept=0.5, name="binding"),
            ds.Quota("JPN", "AUS", farm, ratio=3.0, out_rate=3.0, name="slack"),
            ds.Quota("JPN", {"USA": 0.6, "AUS": 0.6}, food, in_rate=0.05, out_rate=0.09, markup=0.02, name="over"),
        ],
        name="every instrument",
    )


def instruments(world: ds.Economy) -> list[Row]:
    """Time a policy with every instrument, and other labour markets, over the plain duty under mobile labour."""
    base, duty, whole = world.baseline, bilateral(world, "USA", "JPN", 0.25).wedges, everything(world)
    closure = Closure()

    def solved(wedges: Wedges, closure: Closure) -> Callable[[], object]:
        found, status, _ = solve_core(base, wedges, closure)
        assert found is not None, status.reason
        return lambda: jax.block_until_ready(solve_core(base, wedges, closure)[0])

    seen = {str(word) for word in ds.solve(world, whole).quotas.status.values}
    assert seen == {"slack", "binding", "over"}, seen
    plain, name = solved(duty, closure), f"{world.name}: core solve over that of the duty alone"
    rows = [ratio(f"{name}, {whole.name}", solved(whole.wedges, closure), plain, repeats=60, target=1.4)]
    for labour in (Roy(), Specific()):
        other = solved(duty, Closure(labour=labour))
        rows.append(ratio(f"{name}, labour {labour.name}", other, plain, repeats=30, target=1.4))
    return rows


def published() -> list[Row]:
    """Time Caliendo and Parro's experiment: balance the base, then the counterfactual."""
    found = caliendo_parro()
    if found is None:
        return []
    world, nafta = found
    closure, raw = Closure("balanced"), world.baseline
    balanced = world.rebase("balanced")
    policy = ds.Policy(balanced, tariff=nafta, name="NAFTA")

    def both() -> None:
        jax.block_until_ready(solve_core(raw, no_change(raw), closure)[0])
        jax.block_until_ready(solve_core(balanced.baseline, policy.wedges, closure)[0])

    rows = [milliseconds(f"{world.name}: re-base and counterfactual, core", both, target=10)]
    return rows + one_economy(balanced, policy, None)


def deals() -> list[Row]:
    """Time exact deals of the built-in case: map, solve and all its Measures."""
    sheet = ds.load_sheet("us-japan-2025")
    model = SheetModel(CompiledSheet(sheet, ds.load_world(sheet.world)), required_measures(sheet))
    low = np.array([axis.low for axis in model.issues])
    high = np.array([axis.high for axis in model.issues])
    batch = low + (high - low) * np.random.default_rng(0).random((1024, len(low)))
    timed = milliseconds("1,024 deals of us-japan-2025", lambda: model.evaluate(batch), repeats=5)
    rate = Row("deals a second, two threads", 1.024e6 / timed.median, 1.024e6 / timed.fastest, "deals/s")
    slope = milliseconds("slopes of all Measures at a deal, in its issues", lambda: model.gradient(batch[0]))
    return [timed, rate, slope]


def processes() -> list[Row]:
    """Time the command line from a cold start, with and without the cache of compiled code."""
    with tempfile.TemporaryDirectory() as folder:
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        off, on = plain | {"DEALSPACE_CACHE": "off"}, plain | {"DEALSPACE_CACHE": folder}
        analyze = ["analyze", "us-japan-2025"]
        command("fill the cache", analyze, repeats=1, env=on, target=None)
        return [
            command("dealspace --help", ["--help"], repeats=7, env=plain, target=0.4),
            command("dealspace analyze us-japan-2025, no cache", analyze, repeats=1, env=off, target=20),
            command("dealspace analyze us-japan-2025, with the cache", analyze, repeats=3, env=on, target=10),
        ]


def measure() -> list[Row]:
    """Run everything, the processes first while memory is low."""
    rows = processes()
    world = ds.load_world("world-2022")
    rows += one_economy(world, bilateral(world, "USA", "JPN", 0.25), 2.5)
    rows += instruments(world)
    rows.append(peak_memory("peak memory after the benchmark"))
    rows += published()
    big = synthetic(45, 45)
    rows += one_economy(big, bilateral(big, "R1", "R2", 0.25), 5)
    prohibitive = {("R1", "world", "all"): 3.0}
    rows += one_economy(big, ds.Policy(big, tariff=prohibitive, name="300 % on all"), 6)
    wide = synthetic(80, 45)
    rows += one_economy(wide, bilateral(wide, "R1", "R2", 0.25), 12, repeats=15)
    rows += deals()
    rows.append(peak_memory("peak memory, all of the above"))
    return rows


def main() -> None:
    """Print the table, and write it into the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    write = parser.parse_args().write
    jnp.zeros(())  # start the runtime before anything is timed
    rows = measure()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, JAX {jax.__version__}"
    head = ["| what | median | fastest | unit | target |", "|---|---:|---:|---|---:|"]
    table = "\n".join([f"Machine: {machine}.", "", *head, *map(str, rows)])
    print(table)
    if write:
        page = PAGE.read_text(encoding="utf-8")
        start, end = page.index(OPENS) + len(OPENS), page.index(CLOSES)
        PAGE.write_text(f"{page[:start]}\n{table}\n{page[end:]}", encoding="utf-8")


if __name__ == "__main__":
    main()
