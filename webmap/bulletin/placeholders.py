"""What a template may name between double braces, in English or Chinese."""

from collections.abc import Iterable, Mapping

from geo.errors import InputError

FACTS: Mapping[str, str] = {
    "title": "标题",
    "city": "城市",
    "round": "轮次",
    "kind": "形式",
    "dates": "日期",
    "as_of": "截至",
    "method": "抽取方式",
    "drawn": "抽中点位数",
    "visited": "已测点位数",
    "unvisited": "未测占比",
    "score": "得分",
    "interval": "得分区间",
    "deductions": "扣分次数",
    "points": "扣分合计",
    "differences": "确定的差异",
    "hotspot_basis": "热点依据",
}
"""Short texts, which may stand anywhere."""

TABLES: Mapping[str, str] = {
    "table_streets": "街道得分表",
    "table_categories": "类别得分表",
    "table_units": "责任单位得分表",
    "table_lists": "红黑榜",
    "table_items": "失分条目表",
    "table_hotspots": "热点表",
    "table_problems": "问题清单",
}
"""Tables, each of which wants a paragraph of its own."""

PICTURES: Mapping[str, str] = {
    "map_scores": "得分地图",
    "map_hotspots": "热点地图",
    "chart_streets": "街道得分图",
    "chart_categories": "类别得分图",
}
"""Pictures, each of which wants a paragraph of its own."""

BLOCKS = {**TABLES, **PICTURES}
_CODES = {name: code for table in (FACTS, BLOCKS) for code, chinese in table.items() for name in (code, chinese)}


def codes_of(names: Iterable[str]) -> dict[str, str]:
    """Return the code of each name of a template.

    Raises
    ------
    InputError
        Naming all that a bulletin doesn't know.
    """
    found = {name: _CODES.get(name.strip()) for name in names}
    strange = sorted({name for name, code in found.items() if code is None})
    if strange:
        raise InputError(
            "the template names {names}, which no bulletin has: write one of {known}",
            names=", ".join(braced(name) for name in strange),
            known=", ".join(braced(chinese) for table in (FACTS, BLOCKS) for chinese in table.values()),
        )
    return {name: str(code) for name, code in found.items()}


def braced(name: str) -> str:
    """Write a name as a template does."""
    return "{{" + name.strip() + "}}"
