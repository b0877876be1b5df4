"""Periods of figures in one spelling: 2024, 2024H1, 2024Q1, 2024-03. First floor: the words."""

Month = tuple[int, int]


def period_end(period: str) -> Month:
    """Year and last month of a period; (0, 0) for text that is none."""
    year, rest = period[:4], period[4:]
    if not year.isdigit():
        return 0, 0
    if rest[:1] == "H" and rest[1:].isdigit():
        return int(year), 6 * int(rest[1:])
    if rest[:1] == "Q" and rest[1:].isdigit():
        return int(year), 3 * int(rest[1:])
    if rest[:1] == "-" and rest[1:].isdigit():
        return int(year), int(rest[1:])
    return int(year), 12


def period_order(period: str) -> tuple[Month, int, str]:
    """By what periods are sorted: the end first, and of two that end together the longer one last."""
    return period_end(period), -len(period), period


def same_length(one: str, other: str) -> bool:
    """Whether two periods are both years, half-years, quarters or months: only these are compared."""
    return len(one) == len(other) and one[4:5] == other[4:5]
