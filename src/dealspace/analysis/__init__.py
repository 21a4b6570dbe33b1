"""One negotiation from end to end: the sheet, its world, the policies solved, the bargain."""
