"""Term sheets: one YAML file is one negotiation."""

from dealspace.termsheet.loading import builtin_sheets, load_sheet, parse_sheet, sheet_from_mapping
from dealspace.termsheet.sheet import TermSheet

__all__ = ["TermSheet", "builtin_sheets", "load_sheet", "parse_sheet", "sheet_from_mapping"]
