"""Links that open a map app at the next stop, each in the datum and the order that the app expects."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from flask_babel import lazy_gettext as _

from geo.crs import Datum, from_wgs84, in_china
from geo.model import Mode

SOURCE = "xundian"  # what the apps are told of who opens them
DECIMALS = 6  # of degrees: about 0.1 m


class Device(StrEnum):
    """Where a link works."""

    ANDROID = "android"
    IOS = "ios"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class App:
    """A map app, or a map on the web."""

    code: str
    name: str
    device: Device = Device.ANY


@dataclass(frozen=True, slots=True)
class Link:
    """One tap to one app."""

    app: App
    url: str


AMAP_ANDROID = App("amap-android", _("Amap"), Device.ANDROID)
AMAP_IOS = App("amap-ios", _("Amap"), Device.IOS)
AMAP_WEB = App("amap-web", _("Amap in the browser"))
TENCENT = App("tencent", _("Tencent Maps"))
BAIDU = App("baidu", _("Baidu Maps"))
GEO = App("geo", _("Another map app"))

_AMAP_KINDS = {Mode.CAR: 0, Mode.WALK: 2, Mode.EBIKE: 3}
_AMAP_WEB = {Mode.CAR: "car", Mode.WALK: "walk", Mode.EBIKE: "ride"}
_TENCENT = {Mode.CAR: "drive", Mode.WALK: "walk", Mode.EBIKE: "bike"}
_BAIDU = {Mode.CAR: "driving", Mode.WALK: "walking", Mode.EBIKE: "riding"}


def links(lon: float, lat: float, *, name: str, mode: Mode) -> tuple[Link, ...]:
    """Return the links to a place, from where the phone is.

    Amap, Tencent and Baidu take GCJ-02, as Chinese law wants of them; ``geo:`` (RFC 5870) is WGS-84. Outside China
    GCJ-02 means nothing, so there ``geo:`` stands alone.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees.
    name
        Of the place, as the app shows it.
    mode
        How the team travels.
    """
    anywhere = Link(GEO, f"geo:{lat:.{DECIMALS}f},{lon:.{DECIMALS}f}")
    if not bool(in_china(lon, lat)):
        return (anywhere,)
    x, y = (f"{float(degrees):.{DECIMALS}f}" for degrees in from_wgs84(lon, lat, Datum.GCJ02))
    plain = quote(name, safe="")
    amap = f"?sourceApplication={SOURCE}&dlat={y}&dlon={x}&dname={plain}&dev=0&t={_AMAP_KINDS[mode]}"
    listed = quote(name.replace(",", " "), safe="")  # a comma would end the name
    tencent = f"type={_TENCENT[mode]}&fromcoord=CurrentLocation&to={plain}&tocoord={y},{x}&referer={SOURCE}"
    goal = quote(f"name:{name.replace('|', ' ')}|latlng:{y},{x}", safe=":,")
    baidu = f"destination={goal}&coord_type=gcj02&mode={_BAIDU[mode]}&src=andr.{SOURCE}.{SOURCE}"
    web = f"to={x},{y},{listed}&mode={_AMAP_WEB[mode]}&src={SOURCE}&callnative=1"
    return (
        Link(AMAP_ANDROID, f"amapuri://route/plan/{amap}"),
        Link(AMAP_IOS, f"iosamap://path{amap}"),
        Link(AMAP_WEB, f"https://uri.amap.com/navigation?{web}"),
        Link(TENCENT, f"qqmap://map/routeplan?{tencent}"),
        Link(BAIDU, f"baidumap://map/direction?{baidu}"),
        anywhere,
    )
