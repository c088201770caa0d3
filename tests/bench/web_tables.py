"""The tables of the benchmark of the web: what was measured, what was to be reached, and whether it was."""

import datetime as dt
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.web import Load, PageCosts

PAGE = Path(__file__).parents[2] / "docs/performance.md"
MOST_S, TIMES_DEMO = 0.3, 2.0  # of a page of the full-size city: one of the two
MEMORY_MB = {"demo": 500.0, "full": 1_000.0}
ALONE_MS, TOGETHER_MS = 300.0, 500.0
WORTH_S = 0.1  # rows below are summed up


def met(holds: bool) -> str:  # noqa: FBT001 - one word of two
    """Say whether a target is met."""
    return "met" if holds else "**missed**"


def page_lines(costs: "Mapping[str, PageCosts]") -> list[str]:
    """Write what pages cost: those above .1 CPU s in one of the cities, one by one; and the memory."""
    if not costs:
        return []
    rows: dict[tuple[str, str], dict[str, tuple[float, float, int, int]]] = {}
    for city, each in costs.items():
        for page in each.pages:
            role = "anybody" if page.address.role is None else str(page.address.role)
            key = (page.address.endpoint, role)
            rows.setdefault(key, {})[city] = (page.first_s, page.second_s, page.size, page.status)
    names = list(costs)
    head = ["address", "role", *(f"{name} {what}" for name in names for what in ("first", "second", "kB")), "target"]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (3 * len(names)) + "---|"]
    quiet = missed = 0
    for (endpoint, role), found in sorted(rows.items(), key=lambda row: -max(each[1] for each in row[1].values())):
        holds = _holds(found)
        missed += not holds
        if holds and max(max(each[:2]) for each in found.values()) < WORTH_S:
            quiet += 1
            continue
        cells = [cell for name in names for cell in _cells(found.get(name))]
        lines.append("| " + " | ".join([f"`{endpoint}`", role, *cells, met(holds)]) + " |")
    lines += [
        "",
        f"{len(rows)} addresses and roles in all; {quiet} more cost less than {WORTH_S:.1f} CPU s, {missed} miss.",
    ]
    return [*lines, "", *memory_lines(costs)]


def _holds(found: Mapping[str, tuple[float, float, int, int]]) -> bool:
    full, demo = found.get("full"), found.get("demo")
    if full is None:
        return True
    return full[1] <= max(MOST_S, TIMES_DEMO * demo[1] if demo else 0.0)


def _cells(one: tuple[float, float, int, int] | None) -> list[str]:
    if one is None:
        return ["", "", ""]
    first, second, size, status = one
    said = f" ({status})" if status >= 400 else ""
    return [f"{first:.2f}", f"{second:.2f}", f"{size / 1000:,.0f}{said}"]


def memory_lines(costs: "Mapping[str, PageCosts]") -> list[str]:
    """Write what the server held."""
    lines = [
        "| city | server started | after every page | with its worker | target | |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for name, each in costs.items():
        most = MEMORY_MB[name]
        started, after = each.started, each.after
        lines.append(
            f"| {name} | {started.server_mb:.0f} MB | {after.server_mb:.0f} MB | {after.all_mb:.0f} MB | {most:.0f} MB "
            f"| {met(after.all_mb < most)} |"
        )
    return lines


def load_lines(loads: "Mapping[str, Load]") -> list[str]:
    """Write how fast pages came."""
    lines = [
        "| city | who | what | requests | p50 ms | p95 ms | most ms | errors | target p95 | |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for name, each in loads.items():
        parts = (("20 planners", each.alone, ALONE_MS), ("and 50 phones", each.together, TOGETHER_MS))
        for who, found, target in parts:
            for kind, one in found.items():
                holds = one.p95_ms < target and not one.errors
                lines.append(
                    f"| {name} | {who} | {kind} | {one.count} | {one.p50_ms:.0f} | {one.p95_ms:.0f} "
                    f"| {one.most_ms:.0f} | {one.errors} | {target:.0f} | {met(holds)} |"
                )
    for name, each in loads.items():
        plan = "all the time" if each.planned else "for a part of the time"
        lines += ["", f"{name}: a plan was worked out {plan}; load average of the machine before: {each.busy:.1f}."]
        if each.errors:
            lines += ["", "Errors: " + "; ".join(sorted(set(each.errors))[:10])]
    return lines


def machine(began: dt.datetime) -> str:
    """Say on what and when this ran."""
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    cores = f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"
    return f"\n{began:%Y-%m-%d %H:%M} UTC, {cores}, Python {platform.python_version()}."


def write(part: str, lines: list[str]) -> None:
    """Put a part's lines between its markers in the page."""
    text = PAGE.read_text("utf-8")
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    head, rest = text.split(begin)
    PAGE.write_text("\n".join([head + begin, "", *lines, "", end]) + rest.split(end)[1], "utf-8")
