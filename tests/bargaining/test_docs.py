"""The worked example of the explanation runs and says what the text says."""

from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "bargaining.md"


def test_the_worked_example_runs(capsys):
    code = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict = {}
    exec(compile(code, str(PAGE), "exec"), names)
    found = names["found"]
    for solution in found.solutions.values():
        np.testing.assert_allclose(solution.payoffs, [0.4, 0.6], atol=1e-3)
    shown = capsys.readouterr().out
    assert "[0.4 0.6]" in shown
    assert "AAA should offer" in shown
