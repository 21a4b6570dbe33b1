"""Every example of the documentation runs: blocks of Python in the pages, in order, and those in public docstrings.

A block is left out only when the line above it reads ``<!-- not run: reason -->``; the reason is then shown as a skip.
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import dealspace as ds
from docs.sheets import whole_sheets

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
BLOCK = re.compile(r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n)?^```python\n(?P<code>.*?)^```$", re.M | re.S)
MODULES = (
    "dealspace.instruments.policy",
    "dealspace.instruments.stacking",
    "dealspace.outcomes.equilibrium",
    "dealspace.outcomes.gradient",
    "dealspace.world.catalogue",
    "dealspace.world.economy",
)


class Example(NamedTuple):
    """A block of a page: its code and line, and why it is not run."""

    code: str
    line: int
    reason: str | None


def examples(page: Path) -> list[Example]:
    text = page.read_text(encoding="utf-8")
    return [
        Example(found["code"], text.count("\n", 0, found.start("code")) + 1, found["reason"])
        for found in BLOCK.finditer(text)
    ]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def own_arrays() -> dict[str, Any]:
    """The reader's own arrays, which the page on the benchmark takes for granted."""
    flows = np.array([[[60.0, 80.0], [20.0, 30.0]], [[10.0, 35.0], [90.0, 120.0]]])
    theta = 1.1 * ds.load_world("world-2022").trade_elasticity
    return {"flows": flows, "io_share": np.full((2, 2, 2), 0.2), "va_share": np.full((2, 2), 0.6), "theta": theta}


#: What a page assumes that its reader already has.
GIVEN: dict[str, Callable[[], dict[str, Any]]] = {"docs/world.md": own_arrays}
WITH_CODE = [page for page in PAGES if examples(page)]


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_the_blocks_of_a_page_run_in_order(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in whole_sheets(page).items():
        Path(name).write_text(text, encoding="utf-8")
    space: dict[str, Any] = {"__name__": "example", **GIVEN.get(name_of(page), dict)()}
    for example in examples(page):
        if example.reason is None:
            # Blank lines in front keep the page's own line numbers in a traceback.
            exec(compile("\n" * (example.line - 1) + example.code, str(page), "exec"), space)


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_blocks_that_are_not_run_say_why(page):
    left_out = [each for each in examples(page) if each.reason is not None]
    assert all(len(each.reason.split()) >= 3 for each in left_out), "a reason is a few words at least"
    if left_out:
        pytest.skip("; ".join(f"{name_of(page)}:{each.line}: {each.reason}" for each in left_out))


def test_no_block_of_python_is_overlooked():
    for page in PAGES:
        fences = re.findall(r"^\s*(?:```|~~~)\s*(?:python|py|pycon)\b", page.read_text(encoding="utf-8"), re.M)
        assert len(fences) == len(examples(page)), name_of(page)


def test_pages_name_no_path_of_a_machine():
    for page in PAGES:
        assert not re.search(r"(?<![\w.])/(?:home|root|work|tmp|Users)/", page.read_text(encoding="utf-8")), page


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    module = import_module(name)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    tests = [test for test in doctest.DocTestFinder(exclude_empty=True).find(module, name) if test.examples]
    runner = doctest.DocTestRunner(optionflags=flags, verbose=False)
    out: list[str] = []
    for test in tests:
        runner.run(test, out=out.append)
    assert runner.failures == 0, "".join(out)
    assert runner.tries > 0


@pytest.mark.parametrize("name", [name for name in ds.__all__ if name != "__version__"])
def test_every_public_name_has_a_docstring(name):
    assert (getattr(ds, name).__doc__ or "").strip()


def test_the_reference_holds_every_public_name():
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for name in ds.__all__:
        if name in ("__version__", "DealspaceError"):  # errors are documented as a module
            continue
        thing = getattr(ds, name)
        assert f"::: {thing.__module__}.{thing.__qualname__}\n" in reference, name
    assert "::: dealspace.errors\n" in reference


def test_the_notation_table_names_what_the_core_has():
    """Every field of the core's baseline, wedges and solution stands in the table of notation."""
    from dealspace.core.baseline import Baseline
    from dealspace.core.solution import Solution
    from dealspace.core.wedges import Wedges

    table = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
    missing = [
        f"{kind.__name__}.{field}"
        for kind in (Baseline, Wedges, Solution)
        for field in kind._fields
        if not re.search(rf"`[^`]*\b{field}\b[^`]*`", table)
    ]
    assert missing == []
