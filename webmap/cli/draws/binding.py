"""``xundian draw chain new | commit | run | void``: bind a round, draw it once, or say why not."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from geo.errors import InputError, StateError
from geo.store import Store
from routing.draw.commit import ThirdParty
from routing.rounds import DrawReport, draw_round, proof
from routing.rounds.frame import Choices
from routing.rounds.report import draw_status
from webmap.cli.draws.group import OUT, chain_group, draw_group, shown
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


@command(chain_group, "new")
@click.option("--year", type=click.IntRange(2000, 2999), required=True)
@click.option(
    "--length",
    type=click.IntRange(1, 10_000),
    default=proof.LENGTH,
    show_default=True,
    help="Commitments it lasts for.",
)
def new_chain(session: Session, year: int, length: int) -> Result:
    """Make the chain of secrets of a year; publish its end before the first commitment."""
    with session.store() as store:
        chain = proof.new_chain(store, year, length=length)
    session.say("Chain {name} ends in {end}. Publish this before the first commitment.", name=chain.name, end=chain.end)
    return {"chain": chain.name, "chain_end": chain.end, "length": chain.length}


@dataclass(frozen=True, slots=True)
class Numbers:
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
@click.option("--out", type=OUT, help="Write the commitment there too.")
def commit(session: Session, round_id: str, numbers: Numbers, choices: Choices, out: Path | None) -> Result:
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
    if made.chain_is_new:
        session.say("A new chain of secrets was made; publish its end first: {end}", end=rules["chain_end"])
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
    seed: int | None


@command(draw_group, "run")
@click.argument("round_id", metavar="ID")
@click.option("--value", help="The public number as it came out, as 03,11,17,22,28,31+09; of a committed round only.")
@click.option(
    "--share", "shares", multiple=True, help="A third party's number or a file that holds it, in the committed order."
)
@click.option("--seed", type=int, help="Of a trial draw; the same seed gives the same sample. By default 1.")
@choices_options
def run(session: Session, round_id: str, released: Released, choices: Choices) -> Result:
    """Draw the sample of a round; without a commitment it is a trial draw, and marked as such."""
    value, seed = released.value, released.seed
    shares = [_text_of(Path(text)) if Path(text).is_file() else text for text in released.shares]
    with session.store() as store:
        if value is None:
            report = _trial(store, round_id, choices, seed, session)
        elif seed is not None:
            raise InputError("seed is {value}: a committed round has none, its number decides", value=seed)
        else:
            report = proof.draw_committed(store, round_id, value, shares)
    session.warn(report.notes)
    if report.trial:
        session.say(
            "Trial draw of round {round}: {drawn} checkpoints; "
            "balance {balance_city:.3f} and {balance_within:.3f} within.",
            **report.as_json(),
        )
    else:
        session.say(
            "Round {round} is drawn by {public_number}: {drawn} checkpoints; "
            "balance {balance_city:.3f} and {balance_within:.3f} within. Publish the seals of its days now.",
            **report.as_json(),
        )
    return report.as_json()


def _trial(store: Store, round_id: str, choices: Choices, seed: int | None, session: Session) -> DrawReport:
    kept = store.commitment(round_id)
    if kept is not None and kept.state == "committed":
        raise StateError(
            "round {round!r} is committed to: give --value, the result of {number}",
            round=round_id,
            number=kept.parameters["public_number"],
        )
    return draw_round(store, round_id, seed=1 if seed is None else seed, choices=choices, progress=session.progress)


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
