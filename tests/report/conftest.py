"""One small case for all tests of the report."""

from __future__ import annotations

import pytest

from .small_case import small_case


@pytest.fixture(scope="session")
def analysis():
    return small_case()


@pytest.fixture(scope="session")
def files(analysis):
    from dealspace.report.save import render

    return render(analysis)
