"""Logging in, staying in, getting out."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash

from geo.errors import InputError, NotFoundError
from geo.model import Role, User
from geo.store import Store
from webmap import create_app
from webmap.accounts.making import add_account
from webmap.accounts.passwords import NOBODY, hash_password, is_right

OLD, NEW = "a long first password", "a long second password"


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Flask]:
    """Make an application whose accounts a test may change."""
    with Store.open(tmp_path / "city.gpkg", create=True) as store:
        store.accounts.save(User("planner", Role.PLANNER, hash_password(OLD)))
    made = create_app({"CITY": str(tmp_path / "city.gpkg"), "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
    yield made
    made.extensions["xundian"].close()


def enter(app: Flask, password: str, name: str = "planner", **fields: str) -> tuple[FlaskClient, object]:
    client = app.test_client()
    return client, client.post("/login", data={"name": name, "password": password, **fields})


def test_right_password_opens(own_app: Flask) -> None:
    client, answer = enter(own_app, OLD)
    assert answer.status_code == 302
    assert client.get("/map").status_code == 200


@pytest.mark.parametrize(("name", "password"), [("planner", "wrong"), ("nobody", OLD), ("", ""), ("planner", "")])
def test_wrong_password_and_unknown_name_sound_the_same(own_app: Flask, name: str, password: str) -> None:
    client, answer = enter(own_app, password, name)
    assert answer.status_code == 401
    assert "账号或密码不对" in answer.text
    assert client.get("/map").status_code == 302


def test_guessing_has_to_wait(own_app: Flask) -> None:
    for _ in range(3):
        assert enter(own_app, "wrong")[1].status_code == 401
    _, answer = enter(own_app, OLD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 1
    time.sleep(1.1)
    assert enter(own_app, OLD)[1].status_code == 302


def test_forty_guesses_at_once_are_counted_one_by_one(own_app: Flask) -> None:
    together, answers = threading.Barrier(40), []

    def guess() -> None:
        together.wait()
        answers.append(enter(own_app, "wrong")[1].status_code)

    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # a machine so slow that a second passes hears another
    assert 3 <= answers.count(401) <= 5
    assert answers.count(401) + answers.count(429) == 40


def test_a_known_browser_is_heard_while_somebody_guesses_elsewhere(own_app: Flask) -> None:
    known, _ = enter(own_app, OLD)
    known.post("/logout")
    for _ in range(6):
        enter(own_app, "wrong")
    assert enter(own_app, OLD)[1].status_code == 429
    assert known.post("/login", data={"name": "planner", "password": OLD}).status_code == 302


def test_a_wrong_old_password_makes_the_next_wait(own_app: Flask) -> None:
    client, _ = enter(own_app, OLD)
    form = {"old": "wrong", "new": NEW, "again": NEW}
    said = [client.post("/password", data=form).text for _ in range(4)]
    assert "旧密码不对" in said[2]
    assert "旧密码不对" not in said[3]


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_login_never_leads_away(own_app: Flask, onward: str) -> None:
    assert enter(own_app, OLD, next=onward)[1].location == "/map"


def test_login_leads_back_to_where_one_wanted(own_app: Flask) -> None:
    asked = own_app.test_client().get("/map?round=2026-06&day=2").location
    assert asked == "/login?next=/map?round%3D2026-06%26day%3D2"
    assert enter(own_app, OLD, next="/map?round=2026-06&day=2")[1].location == "/map?round=2026-06&day=2"


def test_logout_ends_the_session_and_keeps_the_language(own_app: Flask) -> None:
    client, _ = enter(own_app, OLD)
    client.post("/language", data={"language": "en"})
    assert client.post("/logout").location == "/login"
    assert client.get("/map").status_code == 302
    assert "Log in" in client.get("/login").text


def test_new_password_ends_the_other_sessions(own_app: Flask) -> None:
    here, _ = enter(own_app, OLD)
    there, _ = enter(own_app, OLD)
    assert here.post("/password", data={"old": OLD, "new": NEW, "again": NEW}).status_code == 302
    assert here.get("/map").status_code == 200
    assert there.get("/map").status_code == 302
    assert enter(own_app, OLD)[1].status_code == 401
    assert enter(own_app, NEW)[1].status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "旧密码不对"),
        (OLD, NEW, "another one", "不一致"),
        (OLD, "short", "short", "不足 10 个字符"),
    ],
)
def test_bad_new_password_changes_nothing(own_app: Flask, old: str, new: str, again: str, said: str) -> None:
    client, _ = enter(own_app, OLD)
    answer = client.post("/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 400
    assert said in answer.text
    assert enter(own_app, OLD)[1].status_code == 302


def test_a_disabled_account_is_out_at_once(own_app: Flask) -> None:
    client, _ = enter(own_app, OLD)
    own_app.extensions["xundian"].accounts.disable("planner")
    assert client.get("/map").status_code == 302
    _, answer = enter(own_app, OLD)
    assert answer.status_code == 403
    assert "已停用" in answer.text
    assert enter(own_app, "wrong")[1].status_code == 401


def test_forms_need_their_token(city_file: Path) -> None:
    app = create_app({"CITY": str(city_file), "SECRET_KEY": "x"})
    client = app.test_client()
    for path in ("/login", "/logout", "/language", "/password"):
        answer = client.post(path, data={"name": "planner", "password": OLD})
        assert answer.status_code == 400, path
        assert "页面打开太久" in answer.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    assert client.post("/language", data={"language": "en", "csrf_token": token}).status_code == 302
    app.extensions["xundian"].close()


def test_session_signed_with_another_key_is_worthless(own_app: Flask, city_file: Path, tmp_path: Path) -> None:
    copyfile(city_file, tmp_path / "other.gpkg")
    forger = create_app({"CITY": str(tmp_path / "other.gpkg"), "SECRET_KEY": "guessed"})
    signed = forger.session_interface.get_signing_serializer(forger).dumps({"user": "planner", "mark": "x"})
    client = own_app.test_client()
    client.set_cookie("xundian", signed)
    assert client.get("/map").status_code == 302
    forger.extensions["xundian"].close()


def test_hash_is_argon2id_and_salted() -> None:
    assert hash_password(OLD).startswith("$argon2id$v=19$")
    assert hash_password(OLD) != hash_password(OLD)
    with pytest.raises(InputError, match="has 5 characters"):
        hash_password("short")


@pytest.mark.usefixtures("costly_passwords")
def test_what_a_guess_costs() -> None:
    """RFC 9106 names the parameters; OWASP's least for argon2id is 19 MB in two passes."""
    memory_kb, passes, lanes = re.search(r"m=(\d+),t=(\d+),p=(\d+)", hash_password(OLD)).groups()
    assert int(memory_kb) >= 19 * 1024
    assert int(passes) >= 2
    assert int(lanes) == 1


@pytest.mark.usefixtures("costly_passwords")
def test_nobody_costs_as_much_as_somebody() -> None:
    """Whoever has no account is checked against a hash of the same cost: the time of an answer tells nothing."""
    assert NOBODY.rsplit("$", 2)[0] == hash_password(OLD).rsplit("$", 2)[0]
    assert not is_right(NOBODY, "")


@pytest.mark.parametrize("method", ["scrypt", "pbkdf2:sha256:1000"])
def test_an_old_hash_is_renewed_at_the_login(own_app: Flask, method: str) -> None:
    store = own_app.extensions["xundian"]
    store.accounts.save(User("planner", Role.PLANNER, generate_password_hash(OLD, method=method)))
    assert enter(own_app, "wrong")[1].status_code == 401
    assert store.accounts.get("planner").password_hash.startswith(method[:6])
    client, answer = enter(own_app, OLD)
    assert answer.status_code == 302
    renewed = store.accounts.get("planner").password_hash
    assert renewed.startswith("$argon2id$")
    assert client.get("/map").status_code == 200
    assert enter(own_app, OLD)[1].status_code == 302
    assert store.accounts.get("planner").password_hash == renewed


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$v=19$m=1,t=1,p=1$", "scrypt:", "scrypt:a:b$c$d", "md5$a$b"])
def test_a_broken_hash_opens_nothing_and_breaks_nothing(own_app: Flask, broken: str) -> None:
    own_app.extensions["xundian"].accounts.save(User("planner", Role.PLANNER, broken))
    assert enter(own_app, OLD)[1].status_code == 401


def test_accounts_are_made_with_a_password_of_their_own(city_file: Path, tmp_path: Path) -> None:
    copyfile(city_file, tmp_path / "city.gpkg")
    with Store.open(tmp_path / "city.gpkg") as store:
        first = add_account(store, "li", Role.STREET, zone="420102001")
        second = add_account(store, "li", Role.STREET, zone="420102001")
        assert len(first) >= 16
        assert first != second
        assert store.accounts.get("li").zone == "420102001"
        with pytest.raises(InputError, match=r"team is empty: a team account needs it, e\.g\. 1"):
            add_account(store, "team 2", Role.TEAM)
        with pytest.raises(InputError, match=r"zone is empty: a street account needs it, e\.g\. 420102001"):
            add_account(store, "office", Role.STREET)
        with pytest.raises(NotFoundError, match=r"there is no zone '420102009': .*; the nearest is '420102002'"):
            add_account(store, "office", Role.STREET, zone="420102009")
        with pytest.raises(NotFoundError, match="there is no team 'T1': the teams are 1, 2, 3"):
            add_account(store, "team 9", Role.TEAM, team="T1")
        with pytest.raises(InputError, match="name"):
            add_account(store, " ", Role.PLANNER)


def test_someone_logged_in_needs_no_door(log_in: Callable[[str], FlaskClient]) -> None:
    assert log_in("team").get("/login").location == "/field"
