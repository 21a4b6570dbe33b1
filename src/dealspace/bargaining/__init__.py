"""Bargaining: what each side gets from a deal and from none, and which deals both could sign."""
