"""What every command shares: which city, how it answers, how it refuses, how it shows progress."""

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import click
from tqdm import tqdm
from xlsxwriter.exceptions import FileCreateError

from geo.errors import XundianError
from geo.failures import refused
from geo.foreign_text import plain_json, refuse_unseen, shown
from geo.notes import Note
from geo.store import Store
from webmap.language.saying import duration
from webmap.language.texts import cli_language, say, translate, translate_error

REFUSED = 1


@dataclass(slots=True)
class Session:
    """One run of one command."""

    city: str
    as_json: bool
    language: str = field(default_factory=cli_language)
    bars: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0  # of a command that was done, when its answer is no
    warned: bool = False
    begun: Path | None = None  # the city's file, when this command made it

    def store(self, *, create: bool = False) -> Store:
        """Open the city; the caller closes it."""
        file = None if "://" in self.city else Path(self.city)
        new = create and file is not None and not file.exists()
        store = Store.open(self.city, create=create)
        self.begun = file if new else self.begun
        if store.open_to_others and not self.warned:
            self.warned = True
            said = Note(
                "Other accounts of this machine may open {city}: 'chmod 600 {city}' keeps it for you alone",
                {"city": self.city},
            )
            click.echo(self._line(said.template, said.values), err=True)
        return store

    def take_back(self) -> None:
        """Leave no empty city behind when the command that began it was refused."""
        if self.begun is not None:
            for end in ("", "-wal", "-shm", "-journal"):
                self.begun.with_name(self.begun.name + end).unlink(missing_ok=True)

    def say(self, template: str, **values: object) -> None:
        """Print one line for a person; with ``--json`` it goes to stderr, as stdout is the machine's."""
        click.echo(self._line(template, values), err=self.as_json)

    def warn(self, notes: Iterable[Note]) -> None:
        """Say what a person should know, a line each."""
        for note in notes:
            self.say(note.template, **note.values)

    def duration(self, seconds: float) -> str:
        """Write seconds as hours and minutes."""
        return duration(seconds, lambda text: translate(text, self.language))

    def ask(self, template: str, **values: object) -> None:
        """Ask a person to agree, and end the command when they don't."""
        click.confirm(self._line(template, values), abort=True, err=self.as_json)

    def progress(self, stage: str, done: int, total: int) -> None:
        """Draw a progress bar on stderr: one a stage, closed when it is full."""
        bar = self.bars.get(stage)
        if bar is None:
            pause_s = 0.2 if sys.stderr.isatty() else 10.0  # a log wants few lines
            bar = self.bars[stage] = tqdm(
                total=total, desc=translate(stage, self.language), file=sys.stderr, delay=1.0, mininterval=pause_s
            )
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            del self.bars[stage]

    def remark(self, template: str, **values: object) -> None:
        """Write behind the progress bars how the work stands."""
        for bar in self.bars.values():
            bar.set_postfix_str(self._line(template, values), refresh=False)

    def _line(self, template: str, values: Mapping[str, Any]) -> str:
        """Say a line that no value of it can break or colour."""
        return shown(say(template, values, self.language), lines="\n" in template)

    def close(self) -> None:
        """Close what is still drawn."""
        for bar in self.bars.values():
            bar.close()


Result = Mapping[str, object]


def command(
    group: click.Group | None = None, name: str | None = None
) -> Callable[[Callable[..., Result]], click.Command]:
    """Make a command of a function that takes a Session and returns the keys of the JSON line.

    Options arrive by their names. A parameter whose type is a dataclass is a record of several: its fields are named
    as the options are, and a field with a default may have none.
    """

    def wrap(function: Callable[..., Result]) -> click.Command:
        records = _records(function)

        @functools.wraps(function)
        def run(city: str, *, as_json: bool, **options: object) -> None:
            session = Session(city, as_json)
            try:
                refuse_unseen({"--city": city} | _seen(options))
                result = function(session, **_recorded(records, options))
            except XundianError as error:
                session.take_back()
                refuse(session, error)
            except BrokenPipeError:  # who reads the lines has enough: click ends without a word
                raise
            except (OSError, FileCreateError) as error:
                refuse(session, _refused_by_system(error))
            finally:
                session.close()
            if as_json:
                click.echo(plain_json(json.dumps(dict(result), ensure_ascii=False, default=str)))
            if session.exit_code:
                raise SystemExit(session.exit_code)

        made = click.command(name)(run)
        made.params += [
            click.Option(
                ["--city"],
                is_eager=True,  # a file to write must not be the city
                envvar="XUNDIAN_CITY",
                default="city.gpkg",
                show_default=True,
                help="GeoPackage file or postgresql+psycopg:// URL; also XUNDIAN_CITY.",
            ),
            click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object as the last line of stdout."),
        ]
        if group is not None:
            group.add_command(made)
        return made

    return wrap


def _refused_by_system(error: Exception) -> XundianError:
    cause = error.args[0] if isinstance(error, FileCreateError) and error.args else error  # xlsxwriter wraps it
    return refused(cause) if isinstance(cause, OSError) else XundianError("the system refused: {error}", error=error)


def _records(function: Callable[..., Result]) -> dict[str, type]:
    """Return the parameters that are records of options, with their types."""
    types: dict[str, type] = get_type_hints(function)
    return {name: kind for name, kind in types.items() if kind is not Session and is_dataclass(kind)}


def _recorded(records: Mapping[str, type], options: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments of a command: its options, those of each record put together."""
    arguments = dict(options)
    for parameter, kind in records.items():
        names = [each.name for each in fields(kind) if each.name in options]
        arguments[parameter] = kind(**{name: arguments.pop(name) for name in names})
    return arguments


def _seen(options: Mapping[str, object]) -> dict[str, object]:
    """Return the values that may be shown, by the names of their options."""
    return {f"--{name.rstrip('_').replace('_', '-')}": each for name, each in options.items() if name != "password"}


def bad_value(template: str, **values: object) -> click.BadParameter:
    """Make the error that refuses the value of an option or argument, in the language of the command line."""
    return click.BadParameter(say(template, values, cli_language()))


def refuse(session: Session, error: XundianError) -> None:
    """Say in one line why it was refused, and exit 1."""
    line = shown(" ".join(translate_error(error, session.language).split()))
    click.echo(f"xundian: {line}", err=True)
    if session.as_json:
        click.echo(plain_json(json.dumps({"error": line}, ensure_ascii=False)))
    raise SystemExit(REFUSED)
