"""The term sheets that the pages print: whole ones, which a reader saves under their name, and parts of one."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

YAML = re.compile(r"^```yaml\n(?P<text>.*?)^```$", re.M | re.S)
#: What a part of a sheet on a page leaves out: the rest of a sheet between two parties.
AROUND = {
    "schema": "dealspace/1",
    "name": "part",
    "as_of": "2026-12-31",
    "world": "world-2022",
    "parties": ["USA", "JPN"],
    "no_deal": {"probability": "50%"},
}
ISSUE = {"kind": "tariff", "by": "JPN", "on": "USA", "products": "C17_18", "range": ["0%", "5%"], "stacking": "replace"}


def whole_sheets(page: Path) -> dict[str, str]:
    """Return the whole sheets of a page by the file name that the page gives them."""
    texts = [found["text"] for found in YAML.finditer(page.read_text(encoding="utf-8"))]
    return {f"{name_in(text)}.yaml": text for text in texts if text.startswith("schema:")}


def parts(page: Path) -> list[str]:
    """Return the parts of a sheet that a page prints, each completed to a sheet that can be checked."""
    texts = [found["text"] for found in YAML.finditer(page.read_text(encoding="utf-8"))]
    return [completed(text) for text in texts if not text.startswith("schema:")]


def completed(text: str) -> str:
    """Return a part of a sheet with the keys around it; its measures are all in force."""
    part = yaml.load(text, Loader=yaml.BaseLoader)
    measures = part.get("measures", {})
    policies = {"before": [], "status-quo": list(measures), "no-deal": list(measures)}
    around = {key: value for key, value in AROUND.items() if key not in part}
    issues = {"another": ISSUE, **part.get("issues", {})}
    return yaml.safe_dump({**around, "policies": policies, **part, "issues": issues}, sort_keys=False)


def name_in(text: str) -> str:
    """Return the name that a sheet gives itself."""
    found = re.search(r"^name: (\S+)$", text, re.M)
    assert found is not None, text[:80]
    return found[1]
