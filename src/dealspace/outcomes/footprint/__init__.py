"""Where makers build what they sell: how duties shift sales, output and jobs across plants.

`car_response` goes from a policy and its equilibrium to the plants; `respond` takes plain numbers. A `Footprint` is
data, for any market and industry.
"""

from dealspace.outcomes.footprint.costs import Costs, Duty, costs_given, costs_solved, sheet_duties
from dealspace.outcomes.footprint.data import Ranges, list_footprints, load_footprint, load_ranges
from dealspace.outcomes.footprint.model import Footprint, Note, Parameters
from dealspace.outcomes.footprint.nest import Choice, nested_choice
from dealspace.outcomes.footprint.response import Response, car_response, headline, respond, response_range
from dealspace.outcomes.footprint.rows import (
    base_rows,
    duty_rows,
    maker_rows,
    note_lines,
    output_rows,
    place_rows,
    range_rows,
    sales_rows,
)

__all__ = [
    "Choice",
    "Costs",
    "Duty",
    "Footprint",
    "Note",
    "Parameters",
    "Ranges",
    "Response",
    "base_rows",
    "car_response",
    "costs_given",
    "costs_solved",
    "duty_rows",
    "headline",
    "list_footprints",
    "load_footprint",
    "load_ranges",
    "maker_rows",
    "nested_choice",
    "note_lines",
    "output_rows",
    "place_rows",
    "range_rows",
    "respond",
    "response_range",
    "sales_rows",
    "sheet_duties",
]
