"""What a browser calls itself, in words that people know their phone by."""

import re

# The first that fits counts: nearly every browser also names those before it.
BROWSERS = {
    "MicroMessenger": "WeChat",
    "HuaweiBrowser": "Huawei",
    "MiuiBrowser": "Xiaomi",
    "QQBrowser": "QQ",
    "UCBrowser": "UC",
    r"Edg[eA]?(?:iOS)?/": "Edge",
    r"Firefox/|FxiOS/": "Firefox",
    r"Chrome/|CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "OpenHarmony|HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X|Macintosh": "Mac",
    "Linux|X11": "Linux",
}


def browser_name(agent: str) -> str:
    """Name a browser and its system, as ``WeChat · Android``; what nobody knows stays as it is, cut."""
    names = (
        next((name for words, name in table.items() if re.search(words, agent)), "") for table in (BROWSERS, SYSTEMS)
    )
    return " · ".join(filter(None, names)) or agent[:40]
