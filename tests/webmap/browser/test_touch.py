"""What a thumb touches on a phone is large enough, and nothing is cut at its width."""

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

LEAST_PX = 44
SMALL = f"""() => {{
  document.querySelectorAll("details").forEach((one) => {{ one.open = true; }});
  const targets = "a[href], button, summary, select, textarea, input:not([type=hidden], [type=range], label *), "
    + "label:has([type=checkbox], [type=radio])";
  const inSentence = (one) => one.tagName === "A" && getComputedStyle(one).display === "inline";
  return [...document.querySelectorAll(targets)]
    .filter((one) => !one.closest("svg, .maplibregl-ctrl-attrib") && !inSentence(one))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && Math.min(box.width, box.height) < {LEAST_PX} - 0.5)
    .map(([one, box]) => `${{one.outerHTML.slice(0, 80)}} ${{box.width}} x ${{box.height}}`);
}}"""
CUT = """() => [document.documentElement, document.querySelector(".rooms")]
  .filter((one) => one && one.scrollWidth > one.clientWidth).map((one) => one.className || one.tagName)"""
STOPS = (
    "() => Math.min(...[...document.querySelectorAll('a.stop rect')].map((one) => one.getBoundingClientRect().height))"
)


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        (
            "planner",
            [
                "/map",
                "/hotspots",
                "/draw",
                "/rounds",
                "/import",
                "/placing",
                "/zones",
                "/password",
                "/audit?who=li",
                "/audit",
            ],
        ),
        ("team", ["/field"]),
        ("street", ["/street"]),
    ],
)
def test_a_thumb_finds_everything_on_a_phone(visit: Callable, demo: object, name: str, paths: list[str]) -> None:
    visitor = visit(name, size="phone", language="en", has_touch=True)
    for path in paths:
        visitor.page.goto(demo.address + path)
        if path in ("/map", "/field", "/street"):
            visitor.settled()
        assert visitor.page.evaluate(SMALL) == [], path
        assert visitor.page.evaluate(CUT) == [], path
        if path == "/rounds":
            assert visitor.page.evaluate(STOPS) >= LEAST_PX
