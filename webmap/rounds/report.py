"""What a plan comes to, figure by figure, each with what it means."""

from dataclasses import dataclass

from flask_babel import gettext as _

from routing.plan.forecast import PlanFigures
from routing.plan.report import PlanReport
from webmap.formats import duration, number


@dataclass(frozen=True, slots=True)
class Meaning:
    """A figure, its name and what it tells."""

    name: str
    value: str
    meaning: str


def report_rows(found: PlanReport) -> list[Meaning]:
    """Return the figures of a plan in the language of this request."""
    its = found.figures
    driven = Meaning(
        _("Driven before"),
        _percent(its.similarity),
        _("of the legs were driven in the last rounds too; below 40 % is good"),
    )
    return [*_efforts(its), *_guesses(its), driven, *_prices(found)]


def _efforts(its: PlanFigures) -> list[Meaning]:
    return [
        Meaning(
            _("Travel"),
            duration(its.travel_s),
            _("of all routes, at the speeds of each hour"),
        ),
        Meaning(
            _("Premium paid"),
            _percent(its.premium),
            _(
                "more travel than the shortest, so that nobody can foresee it; %(mean)s over all that could be drawn",
                mean=_percent(its.premium_mean),
            ),
        ),
        Meaning(
            _("Served"),
            f"{number(its.served)} / {number(its.stops)}",
            _("stops of the sample that a route visits"),
        ),
        Meaning(
            _("Work of a team"),
            duration(its.load_mean_s),
            _(
                "travel and visits in all its days, on average: from %(least)s to %(most)s",
                least=duration(its.load_least_s),
                most=duration(its.load_most_s),
            ),
        ),
    ]


def _prices(found: PlanReport) -> list[Meaning]:
    """Say what the drawn days cost, and how many teams would do."""
    rows, cost_s = [], found.drawn_days_cost_s
    if cost_s is not None:
        rows.append(
            Meaning(_("Cost of the drawn days"), duration(cost_s), _("travel that free days would save at least"))
        )
    if found.teams_for_all:
        rows.append(
            Meaning(
                _("Teams for all"),
                number(found.teams_for_all),
                _("teams that would serve every stop that can be served"),
            )
        )
    return rows


def _guesses(its: PlanFigures) -> list[Meaning]:
    return [
        Meaning(
            _("Guess of the day"),
            _percent(its.guess_day),
            _("chance that an inspected unit which knows it is drawn guesses its day"),
        ),
        Meaning(
            _("Guess of the hour"),
            _percent(its.guess_hour),
            _(
                "chance that it guesses the hour, knowing the day; where somebody saw the team's first stop, %(after)s",
                after=_percent(its.guess_hour_after_first),
            ),
        ),
        Meaning(
            _("Guess of the team"), _percent(its.guess_team), _("chance that it guesses the team, knowing the day")
        ),
        Meaning(_("Guess of all three"), _percent(its.guess_all), _("day, hour and team at once")),
        Meaning(
            _("Spread of the order"),
            _("%(bits)s bits", bits=number(its.entropy_bits, 2)),
            _("entropy of a stop's place in the order: the more, the harder to foresee"),
        ),
    ]


def _percent(share: float) -> str:
    """Write a share in percent: 2.9 %."""
    return f"{number(100 * share, 1)} %"
