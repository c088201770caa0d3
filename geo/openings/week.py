"""When a place is open, day by day, and how that is written."""

from collections.abc import Sequence
from dataclasses import dataclass

Windows = tuple[tuple[int, int], ...]
"""``(open_s, close_s)`` of one day, in seconds from midnight, in order, apart from each other."""

DAY_S = 86_400
HOLIDAY = 7
"""An eighth day beside the week: public holidays."""
WEEK = tuple(range(7))

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ALL_DAY: Windows = ((0, DAY_S),)


@dataclass(frozen=True, slots=True)
class Openings:
    """When a place is open, by weekday."""

    week: tuple[Windows | None, ...]  # seven, Monday first; None: open at the usual hours, which the text doesn't name
    holiday: Windows | None = None  # on public holidays (PH, 节假日), where the text speaks of them

    def windows(self, weekday: int) -> Windows:
        """Return the windows ``(open_s, close_s)`` of a weekday, 0 = Monday, in seconds from midnight, in order.

        A day at usual hours counts as open all day; :meth:`at_usual` puts in what is usual.
        """
        named = self.week[weekday]
        return _ALL_DAY if named is None else named

    def at_usual(self, usual: "Openings") -> "Openings":
        """Put the usual hours of the place's category in where the text names none."""
        if None not in self.week:
            return self
        pairs = zip(self.week, usual.week, strict=True)
        week = tuple(other if own is None else own for own, other in pairs)
        return Openings(week, usual.holiday if self.holiday is None else self.holiday)

    def text(self) -> str:
        """Write the hours in OSM's form, which :func:`geo.openings.parse` reads back to the same."""
        if all(day == _ALL_DAY for day in self.week) and self.holiday is None:
            return "24/7"
        rules = [(first, last, windows) for first, last, windows in self._runs() if windows is not None]
        if len(rules) == 1 and rules[0][:2] == (0, 6) and rules[0][2]:
            texts = [_clock_list(rules[0][2])]
        else:
            texts = [
                f"{_DAYS[first]}{'' if first == last else '-' + _DAYS[last]} {_clock_list(windows)}"
                for first, last, windows in rules
            ]
        if self.holiday is not None:
            texts.append(f"PH {_clock_list(self.holiday)}")
        return "; ".join(texts)

    def _runs(self) -> list[tuple[int, int, Windows | None]]:
        """List the first and last day of each run of days with the same windows."""
        starts = [day for day in WEEK if day == 0 or self.week[day] != self.week[day - 1]]
        return [
            (start, stop - 1, self.week[start]) for start, stop in zip(starts, [*starts[1:], len(WEEK)], strict=True)
        ]


def joined(spans: Sequence[tuple[int, int]]) -> Windows:
    """Order spans, and join those that touch."""
    found: list[tuple[int, int]] = []
    for open_s, close_s in sorted(spans):
        if found and open_s <= found[-1][1]:
            found[-1] = (found[-1][0], max(close_s, found[-1][1]))
        else:
            found.append((open_s, close_s))
    return tuple(found)


def _clock_list(windows: Windows) -> str:
    return ",".join(f"{_clock(a)}-{_clock(b)}" for a, b in windows) or "off"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"
