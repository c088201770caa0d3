"""``xundian user``: accounts of six roles, and their sessions."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from geo.model import LoginSession, Role
from geo.store import Store
from webmap.cli import main


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Path:
    copy = Path(shutil.copyfile(city_file, tmp_path / "city.gpkg"))
    with Store.open(copy) as store:  # others may have logged in to the city of all tests
        for one in store.accounts.all():
            store.sessions.end_all(one.name)
    return copy


def call(city: Path, *words: str) -> Result:
    return CliRunner(env={"XUNDIAN_LANG": "en"}).invoke(main, ["user", *words, "--city", str(city)])


def log_in(city: Path, name: str) -> None:
    now = dt.datetime.now(dt.UTC)
    with Store.open(city) as store:
        user = store.accounts.get(name)
        assert user is not None
        store.sessions.begin(user, f"of {name}", LoginSession(0, name, now, now, "", ""))


@pytest.mark.parametrize(
    ("role", "limits"),
    [
        ("admin", []),
        ("planner", []),
        ("observer", []),
        ("team", ["--team", "2"]),
        ("street", ["--zone", "420102001"]),
        ("unit", ["--unit", "园林局"]),
    ],
)
def test_every_role_has_its_account(city: Path, role: str, limits: list[str]) -> None:
    done = call(city, "add", "new", "--role", role, *limits)
    assert done.exit_code == 0, done.output
    with Store.open(city) as store:
        made = store.accounts.get("new")
    assert made is not None
    assert made.role is Role(role)
    assert [one for one in (made.zone, made.team, made.unit) if one] == limits[1:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--role", "unit"], "unit is empty: a unit account needs it, e.g. 园林局"),
        (["--role", "unit", "--unit", "城管"], "no checkpoint of the roster has the unit '城管'"),
        (["--role", "unit", "--unit", "城管局", "--zone", "420102001"], "a unit account has none, leave it out"),
        (["--role", "observer", "--team", "2"], "team is '2': a observer account has none, leave it out"),
        (["--role", "admin", "--unit", "城管局"], "unit is '城管局': a admin account has none, leave it out"),
        (["--role", "street", "--zone", "1"], "zone"),
    ],
)
def test_what_a_role_has_no_use_for_or_lacks_is_refused(city: Path, words: list[str], said: str) -> None:
    done = call(city, "add", "new", *words)
    assert done.exit_code == 1
    assert said in done.output
    with Store.open(city) as store:
        assert store.accounts.get("new") is None


@pytest.mark.parametrize("name", ["-", "command", "command:root", " command:li "])
def test_no_account_is_named_as_the_log_writes_commands(city: Path, name: str) -> None:
    done = call(city, "add", name, "--role", "planner")
    assert (done.exit_code, "the audit log writes so" in done.output) == (1, True)


def test_accounts_are_listed(city: Path) -> None:
    log_in(city, "team")
    call(city, "disable", "street")
    told = json.loads(call(city, "list", "--json").output.splitlines()[-1])["users"]
    lines = {one.pop("name"): one for one in told}
    assert lines["team"] == {"role": "team", "limited_to": "2", "disabled": False, "sessions": 1}
    assert lines["street"] == {"role": "street", "limited_to": "420102001", "disabled": True, "sessions": 0}
    assert "password" not in json.dumps(told)
    assert "street: street 420102001, disabled" in call(city, "list").output


def test_an_empty_city_says_how_to_make_an_account(tmp_path: Path) -> None:
    Store.open(tmp_path / "new.gpkg", create=True).close()
    assert "xundian user add" in call(tmp_path / "new.gpkg", "list").output


def test_sessions_end_by_command(city: Path) -> None:
    log_in(city, "team")
    assert "team: 1 sessions were ended." in call(city, "end-sessions", "team").output
    log_in(city, "team")
    assert call(city, "disable", "team").exit_code == 0
    assert "team: 0 sessions were ended." in call(city, "end-sessions", "team").output
    assert call(city, "enable", "team").exit_code == 0
    for words in (["disable", "nobody"], ["enable", "nobody"], ["end-sessions", "nobody"]):
        done = call(city, *words)
        assert (done.exit_code, "there is no account 'nobody'" in done.output) == (1, True)


def test_limits_are_said_and_set(city: Path) -> None:
    assert "8 h after its last page, and 16 h" in call(city, "limits").output
    assert "4 h after its last page, and 16 h" in call(city, "limits", "--idle-h", "4").output
    assert "4 h after its last page, and 12 h" in call(city, "limits", "--session-h", "12").output
    refused = call(city, "limits", "--idle-h", "0")
    assert (refused.exit_code, "write whole hours from 1 to 720" in refused.output) == (1, True)
    assert "4 h after its last page, and 12 h" in call(city, "limits").output
