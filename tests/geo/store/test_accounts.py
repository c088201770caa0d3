"""Accounts and settings, on both databases."""

from dataclasses import replace

from geo.model import Role, User


def test_settings(store):
    assert store.setting("timezone") is None
    assert store.setting("timezone", "Asia/Shanghai") == "Asia/Shanghai"
    store.set_setting("timezone", "Asia/Urumqi")
    store.set_setting("timezone", "Asia/Kashgar")
    assert store.setting("timezone", "Asia/Shanghai") == "Asia/Kashgar"


def test_accounts(store):
    wang = User("王", Role.STREET, "scrypt:1", zone="420102001")
    assert store.user("王") is None
    store.save_user(wang)
    changed = replace(wang, password_hash="scrypt:2")  # noqa: S106 - a hash
    store.save_user(changed)
    store.save_user(User("a", Role.TEAM, "x", team="T1"))
    assert store.user("王") == changed
    assert [user.name for user in store.users()] == ["a", "王"]
    assert store.user("' OR 1=1 --") is None
