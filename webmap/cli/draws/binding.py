"""``xundian draw commit | run | void``: bind a round, draw it once, or say why not."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from geo.errors import InputError, StateError
from geo.store import Store
from routing.draw.commit import ThirdParty
from routing.rounds import proof
from routing.rounds.frame import Choices
from routing.rounds.making import draw_round, refuse_covert_trial
from routing.rounds.report import draw_status
from webmap.cli.draws.documents import OUT, shown
from webmap.cli.groups import draw_group
from webmap.cli.session import Result, Session, command

_DIGEST = re.compile("[0-9a-fA-F]{64}")


def choices_options(function: Callable[..., Result]) -> Callable[..., Result]:
    """Add what may be chosen for a draw."""
    for option in reversed(
        (
            click.option("--streets", is_flag=True, help="Each street office gets its expected number, up or down."),
            click.option(
                "--independent-share",
                type=click.FloatRange(0, 1),
                default=0.1,
                show_default=True,
                help="Chance that a point is drawn without regard to its neighbours.",
            ),
            click.option(
                "--reserve",
                type=click.FloatRange(0),
                default=0.5,
                show_default=True,
                help="Reserve points per drawn one.",
            ),
        )
    ):
        function = option(function)
    return function


@dataclass(frozen=True, slots=True)
class PublicNumbers:
    """The numbers that will decide a draw."""

    public_number: str
    number_form: str
    shares: tuple[str, ...]  # of third parties


@command(draw_group, "commit")
@click.argument("round_id", metavar="ID")
@click.option(
    "--public-number", required=True, help="Name of the number to come, as '双色球 2026068' or 'drand 4200000'."
)
@click.option("--number-form", default="", help="How it will be written: 6+1, d5, h64 or text; by default by its name.")
@click.option(
    "--share",
    "shares",
    multiple=True,
    help="Hash of a third party's own number, as NAME=HEX or HEX, or a file that holds the number; may be repeated.",
)
@choices_options
@click.option(
    "--replaceable",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Share of the sample that may be replaced on a reason alone; the limit is part of the commitment.",
)
@click.option("--out", type=OUT, help="Write the commitment there too.")
def commit(session: Session, round_id: str, numbers: PublicNumbers, choices: Choices, out: Path | None) -> Result:
    """Bind a round before its public number is out; what this prints is to be published at once."""
    parties = [_third_party(text, number) for number, text in enumerate(numbers.shares, start=1)]
    with session.store() as store:
        made = proof.commit_round(
            store,
            round_id,
            numbers.public_number,
            number_form=numbers.number_form,
            third_parties=parties,
            choices=choices,
        )
    session.warn(made.notes)
    rules = made.publication["parameters"]
    if made.secrets_are_new:
        session.say(
            "New secrets of the year were made; publish their root first: {root}, for {count} commitments",
            root=rules["secrets_root"],
            count=rules["secrets_count"],
        )
    session.say(
        "Round {round} is committed. Publish this now, before {number} is out:",
        round=round_id,
        number=rules["public_number"],
    )
    shown(session, made.publication, out)
    return made.publication


def _third_party(text: str, number: int) -> ThirdParty:
    """Read ``NAME=HEX``, ``HEX``, or a file whose text is hashed."""
    name, _, digest = text.rpartition("=")
    if _DIGEST.fullmatch(digest.strip()):
        return ThirdParty(name.strip() or f"third party {number}", digest.strip().lower())
    path = Path(digest)
    if path.is_file():
        return ThirdParty(name.strip() or path.stem, hashlib.sha256(_text_of(path).encode()).hexdigest())
    raise InputError(
        "share is {value!r}: give NAME= and 64 hexadecimal digits, or a file that holds the third party's number",
        value=text,
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise InputError("{path} is no UTF-8 text: save it as such", path=path.name) from None


@dataclass(frozen=True, slots=True)
class Released:
    """What decides a draw: the numbers as they came out, or the seed of a trial."""

    value: str | None
    shares: tuple[str, ...]
    trial: bool
    seed: int | None


@command(draw_group, "run")
@click.argument("round_id", metavar="ID")
@click.option("--value", help="The public number as it came out, as 03,11,17,22,28,31+09; of a committed round only.")
@click.option(
    "--share", "shares", multiple=True, help="A third party's number or a file that holds it, in the committed order."
)
@click.option("--trial", is_flag=True, help="Draw by trial: needed for a covert round that is not committed to.")
@click.option("--seed", type=int, help="Of a trial draw; the same seed gives the same sample. By default random.")
@choices_options
def run(session: Session, round_id: str, released: Released, choices: Choices) -> Result:
    """Draw the sample of a round; without a commitment it is a trial draw, and marked as such."""
    shares = [_text_of(Path(text)) if Path(text).is_file() else text for text in released.shares]
    with session.store() as store:
        if released.value is None:
            _refuse_trial(store, round_id, asked=released.trial)
            report = draw_round(store, round_id, seed=released.seed, choices=choices, progress=session.progress)
        elif released.trial or released.seed is not None:
            raise InputError(
                "a committed round has no trial and no seed, its number decides: leave out --trial and --seed"
            )
        else:
            report = proof.draw_committed(store, round_id, released.value, shares)
    session.warn(report.notes)
    if report.trial:
        session.say(
            "Trial draw of round {round}: {drawn} checkpoints; "
            "balance {balance_city:.3f} and {balance_within:.3f} within. "
            "Seed {seed}: anyone who learns the seed can compute this.",
            **report.as_json(),
        )
    else:
        session.say(
            "Round {round} is drawn by {public_number}: {drawn} checkpoints; "
            "balance {balance_city:.3f} and {balance_within:.3f} within. Publish the seals of its days now.",
            **report.as_json(),
        )
    return report.as_json()


def _refuse_trial(store: Store, round_id: str, *, asked: bool) -> None:
    kept = store.commitments.of_round(round_id)
    if kept is not None and kept.state == "committed":
        raise StateError(
            "round {round!r} is committed to: give --value, the result of {number}",
            round=round_id,
            number=kept.parameters["public_number"],
        )
    refuse_covert_trial(store.rounds.get(round_id), asked=asked)


@command(draw_group, "void")
@click.argument("round_id", metavar="ID")
@click.option("--reason", required=True, help="Published, and counted in every later commitment and report.")
def void(session: Session, round_id: str, reason: str) -> Result:
    """Record a committed round as void: its draw and plan go, its secret is spent."""
    with session.store() as store:
        made = proof.void_round(store, round_id, reason)
        status = draw_status(store, round_id)
    session.say(
        "Round {round} is void: {reason}. Voided so far: {voids}.",
        round=round_id,
        reason=made.reason,
        voids=status.voids,
    )
    return {"round": round_id, "state": made.state, "reason": made.reason, "voids": status.voids}
