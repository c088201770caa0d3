"""The page of rights: ``python -m webmap.cli.doors > docs/rights.md``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from geo.model import Action, Role
from geo.store import Store
from webmap.accounts.access import action_of
from webmap.app import create_app
from webmap.rights import ANYBODY, reach_of

TITLE = """# Who may do what

Made by `python -m webmap.cli.doors > docs/rights.md`; a test compares it with the table (`webmap/rights.py`), which
pages, commands and this page read. Every address of the server has exactly one action, or the server does not start.
How far a right reaches becomes a condition of every query (`geo/store/scope.py`): what an account may not see is not
read.

| role | Chinese | who | limited to |
|---|---|---|---|
| admin | 管理员 | accounts, sessions and backups; nothing of the inspections | |
| planner | 创建办 | draws, plans, evaluates; sees everything | |
| team | 测评组 | walks its route of today | `--team` |
| street | 街道办 | its zone: checkpoints, and what was found there | `--zone` |
| unit | 责任单位 | its checkpoints, and what was found there | `--unit`, as the roster names it |
| observer | 观察者 | results of rounds that are over | |

One account has one role: `xundian user add NAME --role ROLE`. `user list`, `user disable`, `user enable`, `user
end-sessions` and `user limits` do the rest; an administrator has the same on the page of accounts.

## The table

"own" is what the account made itself, its own sessions and password. "finished rounds" are those whose last day is
over.

"""
SECRETS = """
## What stays secret

- A **street office** or a **unit** sees no difference whether a covert round is out or not:
  `tests/webmap/accounts/test_covert_silence.py` asks every address of the server in three cities, byte by byte. Open
  visits are told at once, covert ones from the next day on; never by whom and at which hour.
- A **team** sees its route of today; tomorrow's not even by its address.
- An **administrator** sees accounts, addresses of phones and computers, the names of backups, and of the audit log
  the rows about accounts, without their numbers, which would tell how much else is in it. It starts a backup
  into a folder of the server; only a planner downloads one. Whoever can read the server's disk can read the city:
  that is the machine's owner, and no program can keep it from them.
- Whoever becomes a **planner** sees everything. So making one, giving one a new password, disabling and enabling one
  is kept, and every planner is told for a week on every page, and on the page of accounts for good.
- **Commitments of draws are public** from the moment they are made, at `/verify`: that a round was committed to is no
  secret then, which points it has is.

Which role opens which address is written down by hand in `tests/webmap/test_doors.py`, with what belongs to somebody
else.
"""


def page() -> str:
    """Return the page as Markdown."""
    with TemporaryDirectory() as folder:
        city = Path(folder) / "city.gpkg"
        Store.open(city, create=True).close()
        app = create_app({"CITY": str(city), "SECRET_KEY": "of no use: nobody is served"})
        lines = _table(app)
        app.extensions["xundian"].close()
    return TITLE + "\n".join(lines) + "\n" + SECRETS


def _table(app: Flask) -> list[str]:
    lines = [
        f"| action | {' | '.join(Role)} | addresses |",
        "|---|" + "---|" * (len(Role) + 1),
    ]
    for action in Action:
        reaches = ["all" if action in ANYBODY else reach_of(role, action) or "" for role in Role]
        rules = sorted({rule.rule for rule in app.url_map.iter_rules() if action_of(app, rule.endpoint) is action})
        shown = ", ".join(f"`{rule}`" for rule in rules)
        named = f"{action} (anybody)" if action in ANYBODY else str(action)
        lines.append(f"| {named} | {' | '.join(reaches)} | {shown} |".replace("  ", " "))
    return lines


if __name__ == "__main__":
    sys.stdout.write(page())
