"""What a browser calls itself, in words that people know their phone by."""

# The first that fits counts: nearly every browser also names those before it.
BROWSERS = {
    "WeChat": ("MicroMessenger",),
    "Huawei": ("HuaweiBrowser",),
    "Xiaomi": ("MiuiBrowser",),
    "QQ": ("QQBrowser",),
    "UC": ("UCBrowser",),
    "Edge": ("Edg/", "Edge/", "EdgA/", "EdgiOS/"),
    "Firefox": ("Firefox/", "FxiOS/"),
    "Chrome": ("Chrome/", "CriOS/"),
    "Safari": ("Safari/",),
}
SYSTEMS = {
    "iPhone": ("iPhone",),
    "iPad": ("iPad",),
    "HarmonyOS": ("OpenHarmony", "HarmonyOS"),
    "Android": ("Android",),
    "Windows": ("Windows",),
    "Mac": ("Mac OS X", "Macintosh"),
    "Linux": ("Linux", "X11"),
}


def browser_name(agent: str) -> str:
    """Name a browser and its system, as ``WeChat · Android``; what nobody knows stays as it is, cut."""
    names = (
        next((name for name, words in table.items() if any(word in agent for word in words)), "")
        for table in (BROWSERS, SYSTEMS)
    )
    return " · ".join(filter(None, names)) or agent[:40]
