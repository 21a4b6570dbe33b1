"""Cross references (first cut)."""
def cross_faults(draft, world):
    return []
