"""Rows under check: columns matched, places found, tiers told, verdicts and mends, and the difference to a list."""
