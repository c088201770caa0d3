"""Each role in the browser: sees what it may, not what it may not, and asks nobody but the server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from geo.store import Store
from tests.webmap.browser.conftest import LOOKS

pytestmark = pytest.mark.browser

HEADS = {
    ("planner", "zh"): "2026-06 轮测评",
    ("planner", "en"): "Round 2026-06",
    ("team", "zh"): "今日路线",
    ("team", "en"): "Route of today",
}
LAYERS = {
    "planner": {"streets", "zones", "routes", "stops"},
    "team": {"streets", "routes", "stops"},
    "street": {"streets", "zones", "own-zone", "checkpoints", "problems"},
    "unit": {"streets", "checkpoints", "problems"},
}
NEVER = {
    "team": {"cells", "cells-far", "zones", "checkpoints"},
    "street": {"routes", "stops", "cells", "cells-far"},
    "unit": {"routes", "stops", "cells", "cells-far", "zones", "own-zone"},
}
PLAIN = {
    ("admin", "/accounts"): ("账号", "Accounts"),
    ("admin", "/audit"): ("审计日志", "Audit log"),
    ("admin", "/backups"): ("备份", "Backups"),
    ("admin", "/sessions"): ("我的登录", "My sessions"),
    ("observer", "/results"): ("结果", "Results"),
    ("planner", "/audit"): ("审计日志", "Audit log"),
    ("planner", "/accounts"): ("账号", "Accounts"),
    ("planner", "/results"): ("结果", "Results"),
}
"""Pages without a map, with their heads in both languages."""


@pytest.mark.parametrize(("size", "language"), LOOKS)
@pytest.mark.parametrize("name", ["planner", "team", "street", "unit"])
def test_role_sees_its_page(visit: Callable, demo: object, pictures: Path, name: str, size: str, language: str) -> None:
    visitor = visit(name, size=size, language=language)
    visitor.settled()
    page = visitor.page
    with Store.open(demo.city) as store:
        heads = HEADS | {("unit", language): store.accounts.get("unit").unit}
        head = heads.get((name, language), store.zones.frame().loc[demo.zone, "name"])
    expect(page.locator("h1")).to_contain_text(head)
    expect(page.locator(".mark")).to_contain_text("演示日期 2026-06-09" if language == "zh" else "demo date 2026-06-09")
    for layer in LAYERS[name]:
        assert visitor.drawn(layer) > 0, layer
    for layer in NEVER.get(name, ()):
        assert page.evaluate("id => atlasMap.getLayer(id) === undefined", layer), layer
    expect(page.locator("#loading")).to_have_css("opacity", "0")
    picture = pictures / f"{name}-{size}-{language}.png"
    page.screenshot(path=picture)
    _is_no_blank(picture, page.locator("#map").bounding_box())
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "the page is wider than the screen"
    assert visitor.strangers() == set()
    assert visitor.complaints == []


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_pages_without_a_map_fit_the_screen(visit: Callable, pictures: Path, size: str, language: str) -> None:
    for name in ("admin", "observer", "planner"):
        visitor = visit(name, size=size, language=language)
        page = visitor.page
        for (who, path), heads in PLAIN.items():
            if who != name:
                continue
            page.goto(visitor.address + path)
            expect(page.locator("h1")).to_contain_text(heads[language == "en"])
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is wider than the screen"
            page.screenshot(path=pictures / f"{name}{path.replace('/', '-')}-{size}-{language}.png")
        assert visitor.strangers() == set()
        assert visitor.complaints == []


def _is_no_blank(picture: Path, box: dict[str, float]) -> None:
    """Make sure that the map's part of the picture holds many colours."""
    with Image.open(picture) as image:
        corners = (box["x"], box["y"], box["x"] + box["width"], min(box["y"] + box["height"], image.height))
        part = image.convert("RGB").crop(tuple(int(edge) for edge in corners))
        colours = part.getcolors(1 << 24)
    most = max(count for count, _ in colours)
    assert len(colours) > 50
    assert most < 0.97 * part.width * part.height


@pytest.mark.parametrize(
    ("name", "shut"),
    [
        (
            "team",
            ["/map", "/street", "/hotspots", "/data/hotspots/cells", "/data/zones.geojson", "/data/problems.geojson"],
        ),
        (
            "street",
            [
                "/map",
                "/field",
                "/hotspots",
                "/data/hotspots/cells",
                "/data/rounds/2026-06/routes.geojson",
                "/data/rounds/2026-06/stops.geojson",
            ],
        ),
        ("planner", ["/field", "/street"]),
    ],
)
def test_address_typed_by_hand_opens_nothing(visit: Callable, demo: object, name: str, shut: list[str]) -> None:
    visitor = visit(name)
    for path in shut:
        answer = visitor.page.goto(demo.address + path)
        assert answer.status == 403, path
        assert "coordinates" not in visitor.page.content()


def test_team_is_sent_one_route_whatever_it_asks(visit: Callable, demo: object) -> None:
    visitor = visit("team", size="phone")
    visitor.settled()
    request = visitor.page.context.request
    for path in ("routes", "stops"):
        url = f"{demo.address}/data/rounds/2026-06/{path}.geojson?day=2&team=T01"
        sent = request.get(url).json()["features"]
        assert {(one["properties"]["team"], one["properties"]["day"]) for one in sent} == {(demo.team, 1)}
    past = request.get(f"{demo.address}/data/rounds/2026-05/routes.geojson")
    assert past.status == 403


def test_nobody_gets_in_without_a_password(browser: object, demo: object) -> None:
    context = browser.new_context()
    page = context.new_page()
    for path in ("/map", "/field", "/street"):
        page.goto(demo.address + path)
        assert page.url.startswith(demo.address + "/login?next=")
    assert context.request.get(demo.address + "/data/checkpoints.geojson").status == 401
    context.close()
