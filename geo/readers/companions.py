"""Files that lie beside others in an archive: which of them cannot hold a row of anything."""

from pathlib import PurePosixPath

SIDECARS = {".dbf", ".shx", ".prj", ".cpg", ".dat", ".map", ".id", ".ind", ".mid"}
"""Parts of a shapefile or a MapInfo file beside the main one."""
_STYLES_AND_INDEXES = {
    *(".sbn", ".sbx", ".qix", ".ain", ".aih", ".atx", ".ixs", ".mxs", ".fbn", ".fbx", ".xml", ".qpj", ".csvt", ".vrt"),
    *(".qml", ".qmd", ".qgs", ".qgz", ".sld", ".lyr", ".lyrx", ".mxd", ".aprx", ".css", ".js", ".ttf", ".ini", ".dae"),
}
_PICTURES = {
    *(".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg", ".ico", ".heic", ".tif", ".tiff", ".tfw", ".jgw"),
    *(".mp3", ".mp4", ".mov", ".wav"),
}
_TEXTS_OF_MAKERS = {"readme", "license", "licence", "copying", "attribution", "notice", "自述", "thumbs", "desktop"}


def may_hold_data(name: PurePosixPath) -> bool:
    """Tell whether a file of an archive may hold rows, as far as its name tells."""
    if "__MACOSX" in name.parts or name.name.startswith((".", "~$")):
        return False
    if name.suffix.lower() in SIDECARS | _STYLES_AND_INDEXES | _PICTURES:
        return False
    return name.stem.casefold() not in _TEXTS_OF_MAKERS
