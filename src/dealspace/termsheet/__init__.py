"""Term sheets: one YAML file is one negotiation, validated with every fault at once."""

from dealspace.termsheet.diff import Change, diff
from dealspace.termsheet.loading import builtin_sheets, load_sheet, parse_sheet, sheet_from_mapping
from dealspace.termsheet.report import CheckReport, check_sheet
from dealspace.termsheet.schema import json_schema
from dealspace.termsheet.sheet import TermSheet
from dealspace.termsheet.starter import new_sheet, write_new_sheet

__all__ = [
    "Change",
    "CheckReport",
    "TermSheet",
    "builtin_sheets",
    "check_sheet",
    "diff",
    "json_schema",
    "load_sheet",
    "new_sheet",
    "parse_sheet",
    "sheet_from_mapping",
    "write_new_sheet",
]
