"""The files of a report: they agree with each other, parse, and appear whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import openpyxl
import pytest

from dealspace.errors import DealspaceError
from dealspace.report import save as saving
from dealspace.report.document import Document
from dealspace.report.reading import Case
from dealspace.report.table import Column, table, to_csv, to_markdown

VOID = {"meta", "link", "br", "hr", "img", "input", "line", "rect", "circle", "path", "polygon", "polyline"}


class Checker(HTMLParser):
    """Collect tags, attributes and text; note what is not closed."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.tags, self.links, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def page(files):
    checker = Checker()
    checker.feed(files["report.html"].decode())
    return checker


def test_html_is_well_formed_and_stands_alone(page, files):
    assert page.faults == []
    assert page.open == []
    assert "script" not in page.tags
    assert all(link.startswith("#") for link in page.links)
    assert len(files["report.html"]) < 1_000_000
    assert b"@import" not in files["report.html"]
    assert b"url(" not in files["report.html"]


def test_html_says_the_answer_and_keeps_hindsight_apart(page):
    text = " ".join(" ".join(page.text).split()).replace("\u00a0", " ")
    assert "Japan −4.1 bn (−0.31 %)" in text
    assert "accepts with 87 % (70 to 95 % over the threat's probability; sampling error 84 to 90 %)" in text
    assert "An order of the President, Federal Register, 2025-04-02" in text
    before, after = text.split("Known only after the day of the sheet", 1)
    assert "framework" in after
    assert "framework" not in before


def test_charts_are_svg_with_every_named_point(files):
    for name in ("who-gains", "frontier", "sectors"):
        root = ElementTree.fromstring(files[f"charts/{name}.svg"])
        assert root.get("role") == "img"
        assert len(root.get("aria-label")) > 40
    drawn = files["charts/frontier.svg"].decode()
    for label in ("Status quo", "No deal, expected", "Offer june", "Japan&#x27;s final offer", "Nash"):
        assert f">{label}</text>" in drawn
    assert "Pay-off of Japan, bn USD a year" in drawn
    assert "nan" not in drawn.lower()
    assert "Korea" in files["charts/who-gains.svg"].decode()
    assert "−0.31" in files["charts/who-gains.svg"].decode()
    assert "−7.2" in files["charts/sectors.svg"].decode()


def test_csv_excel_and_json_hold_the_same_values(files):
    record = json.loads(files["results.json"])
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]))
    assert book.sheetnames[0] == "About"
    assert set(book.sheetnames[1:]) == {name[:31] for name in record["tables"]}
    for name, content in record["tables"].items():
        lines = list(csv.reader(io.StringIO(files[f"tables/{name}.csv"].decode())))
        assert lines[0] == [column["key"] for column in content["columns"]]
        sheet = list(book[name[:31]].iter_rows(min_row=2, values_only=True))
        assert len(lines) - 1 == len(content["rows"]) == len(sheet)
        for row, line, cells in zip(content["rows"], lines[1:], sheet, strict=True):
            for value, written, cell in zip(row, line, cells, strict=True):
                if value is None or value == "":
                    assert written == ""
                    assert cell in (None, "")
                elif isinstance(value, float):
                    assert float(written) == value
                    assert cell == pytest.approx(value, rel=1e-15, abs=0)
                else:
                    assert written == str(value)
                    assert cell == value


def test_results_are_strict_json_with_what_it_takes_to_make_them_again(files, analysis):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    record = json.loads(files["results.json"], parse_constant=refuse)
    assert record["schema"] == "dealspace-results/1"
    assert record["sheet"]["digest"] == analysis.sheet.digest
    assert "us-japan-small" in record["sheet"]["yaml"]
    assert record["world"]["digest"] == analysis.world.digest
    assert record["versions"]["dealspace"] == "0.1.0"
    assert record["settings"]["seed"] == 20250720
    assert record["bargain"]["sample"]["payoffs"][3] == [None, None]
    assert record["stake"]["imports"] == 151300.0
    effects = record["tables"]["effects"]
    keys = [column["key"] for column in effects["columns"]]
    row = next(
        dict(zip(keys, row, strict=True))
        for row in effects["rows"]
        if row[:5] == ["Japan", "JPN", "no deal", "fixed", "status quo"]
    )
    assert row["gain"] == pytest.approx(-4.07)
    assert row["goods_balance"] == pytest.approx(40.0)


def test_markdown_is_complete(files):
    text = files["report.md"].decode()
    for heading in ("# United States - Japan", "## The answer", "## Assumptions and sources", "## What happened later"):
        assert heading in text
    assert "![" in text
    assert "](charts/frontier.svg)" in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_rounding_noise_and_missing_values():
    made = table(
        "t",
        "T",
        "",
        (Column("a", "A", "percent", signed=True), Column("b", "B|C")),
        [(math.nan, "x|y"), (0.1 + 0.2, "")],
    )
    assert made.rows[0][0] is None
    assert made.rows[1][0] == 0.3
    assert to_csv(made) == "a,b\n,x|y\n0.3,\n"
    assert "| – | x\\|y |" in to_markdown(made)
    assert "+0.30" in to_markdown(made)


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="a row of 1 cells under 2 columns"):
        table("t", "T", "", (Column("a", "A"), Column("b", "B")), [("x",)])


def test_save_writes_everything_and_leaves_other_files_alone(tmp_path, analysis):
    folder = tmp_path / "deep" / "out"
    paths = saving.save(analysis, folder)
    (folder / "mine.txt").write_text("kept")
    again = saving.save(analysis, str(folder))
    assert paths == again
    assert paths[0] == folder / "report.html"
    assert all(path.stat().st_size > 0 for path in paths)
    assert (folder / "mine.txt").read_text() == "kept"
    assert not [item for item in folder.iterdir() if item.name.startswith(".")]


def test_a_file_in_the_way_is_one_sentence_and_nothing_is_written(tmp_path, analysis):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(DealspaceError, match="it is a file, not a folder; give another folder"):
        saving.save(analysis, tmp_path / "out")
    with pytest.raises(DealspaceError, match="cannot be written"):
        saving.save(analysis, tmp_path / "out" / "below")
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


def test_a_failure_half_way_leaves_no_folder(tmp_path, monkeypatch):
    calls = []

    def full(source, target):
        calls.append(target)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving.os, "replace", full)
    with pytest.raises(DealspaceError, match="No space left on device"):
        saving.write_files(tmp_path / "a" / "b", {"report.html": b"x", "tables/t.csv": b"y"})
    assert calls
    assert list(tmp_path.iterdir()) == []


def test_every_table_has_a_unit_for_every_number(analysis):
    for made in Document(Case(analysis)).tables.values():
        for column in made.columns:
            if column.kind in ("number", "rate"):
                assert column.unit or column.key == "elasticity", f"{made.name}.{column.key}"
