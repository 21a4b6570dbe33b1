"""Numbers and names as sentences use them."""

from __future__ import annotations

import pytest

from dealspace.report.words import Names, billions, interval, join, number, percent, share, tied, wrap

NAMES = Names(
    {"USA": "United States", "JPN": "Japan", "ROW": "Rest of the world"}, {"C29": "Motor vehicles", "IT": "IT services"}
)


@pytest.mark.parametrize(
    ("value", "written"),
    [(72476.6, "72.5"), (-890.0, "−0.89"), (46.0, "0.05"), (4.2, "0.004"), (0.1, "0"), (995.0, "1.0"), (2939.6, "2.9")],
)
def test_billions_keep_two_or_three_digits(value, written):
    assert billions(value) == written


def test_a_sign_is_a_true_minus_and_zero_has_none():
    assert number(-0.001, 2, sign=True) == "0.00"
    assert number(-1.25, 1, sign=True) == "−1.2"
    assert number(1234.5, 1, sign=True) == "+1,234.5"
    assert number(float("nan"), 1) == "–"
    assert number(None, 1) == "–"


def test_percent_and_share():
    assert percent(-0.00314) == "−0.31 %"
    assert percent(0.0421) == "4.2 %"
    assert percent(0.274) == "27 %"
    assert share(0.001) == "under 1 %"
    assert share(0.999) == "over 99 %"
    assert share(1.0) == "100 %"
    assert interval(0.836, 0.9) == "84 to 90 %"


def test_names_take_their_article_and_genitive():
    assert NAMES.the("USA") == "the United States"
    assert NAMES.start("USA") == "The United States"
    assert NAMES.possessive("USA") == "the United States'"
    assert NAMES.possessive("JPN") == "Japan's"
    assert NAMES.the("ROW") == "the rest of the world"
    assert NAMES.within("C29") == "motor vehicles"
    assert NAMES.within("IT") == "IT services"
    assert NAMES.measure("balance:USA:JPN") == "the United States' goods balance with Japan"
    assert NAMES.measure("va:JPN:C29") == "value added of motor vehicles in Japan"
    assert NAMES.measure("unheard:of") == "unheard:of"


def test_joining_and_wrapping():
    assert join([]) == ""
    assert join(["a", "b", "c"]) == "a, b and c"
    assert tied("25 % and 3 pp") == "25\u00a0% and 3\u00a0pp"
    lines = wrap("Room", "word " * 40 + "12 %", width=60)
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith("Room        word")
    assert lines[1].startswith(" " * 12 + "word")
    assert not any(line.strip().startswith("%") for line in lines)
