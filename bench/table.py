# SPDX-License-Identifier: Apache-2.0
"""Rows of figures with their spread, and the goals beside them."""
import statistics


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100.0))]


def shown(value):
    if abs(value) >= 1000:
        return "{:,.0f}".format(value)
    return "%.0f" % value if abs(value) >= 100 else "%.1f" % value if abs(value) >= 10 else "%.2f" % value


class Row:
    """Values of several runs.  `goal` is what the median should be at most, or at `least`."""

    def __init__(self, name, values, unit, goal=None, least=False):
        self.name, self.values, self.unit = name, list(values), unit
        self.goal, self.least = goal, least
        self.median = statistics.median(self.values)

    def verdict(self):
        if self.goal is None:
            return ""
        met = self.median >= self.goal if self.least else self.median <= self.goal
        if met:
            return "met"
        return "missed: %s times the goal" % shown(self.median / self.goal)

    def cells(self):
        goal = "" if self.goal is None else "%s %s" % ("≥" if self.least else "≤", shown(self.goal))
        return [self.name, self.unit, shown(self.median), shown(min(self.values)),
                shown(max(self.values)), str(len(self.values)), goal, self.verdict()]


def latency_rows(name, values_ms, goals=(None, None), blocks=5):
    """p50 and p99 of all, their spread being that of as many blocks of the run."""
    rows = []
    for percent, goal in zip((50, 99), goals):
        size = max(1, len(values_ms) // blocks)
        parts = [values_ms[i:i + size] for i in range(0, size * blocks, size)]
        row = Row("%s, p%d" % (name, percent), [percentile(p, percent) for p in parts if p], "ms", goal)
        row.median = percentile(values_ms, percent)
        rows.append(row)
    return rows


HEAD = ["what", "unit", "median", "min", "max", "runs", "goal", ""]


def plain(rows):
    cells = [HEAD] + [row.cells() for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEAD))]
    lines = []
    for line in cells:
        parts = [line[i].rjust(widths[i]) if 2 <= i <= 5 else line[i].ljust(widths[i])
                 for i in range(len(HEAD))]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def markdown(rows):
    lines = ["| %s |" % " | ".join(HEAD), "|---|---|---:|---:|---:|---:|---|---|"]
    return "\n".join(lines + ["| %s |" % " | ".join(row.cells()) for row in rows])
