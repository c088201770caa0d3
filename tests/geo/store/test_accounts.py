"""Accounts and settings, on both databases."""

from dataclasses import replace

from geo.model import Role, User


def test_settings(store):
    assert store.settings.get("timezone") is None
    assert store.settings.get("timezone", "Asia/Shanghai") == "Asia/Shanghai"
    store.settings.set("timezone", "Asia/Urumqi")
    store.settings.set("timezone", "Asia/Kashgar")
    assert store.settings.get("timezone", "Asia/Shanghai") == "Asia/Kashgar"


def test_accounts(store):
    wang = User("王", Role.STREET, "scrypt:1", zone="420102001")
    assert store.accounts.get("王") is None
    store.accounts.save(wang)
    changed = replace(wang, password_hash="scrypt:2")  # noqa: S106 - a hash
    store.accounts.save(changed)
    store.accounts.save(User("a", Role.TEAM, "x", team="T1"))
    assert store.accounts.get("王") == changed
    assert [user.name for user in store.accounts.all()] == ["a", "王"]
    assert store.accounts.get("' OR 1=1 --") is None
