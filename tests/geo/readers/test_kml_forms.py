"""KML whose XML was formatted, commented, recoded or given other prefixes holds the same rows."""

import pytest

from geo.errors import InputError
from geo.readers import read_roster
from tests.geo.workbooks.test_forms_of_xml import commented, in_gb18030, in_utf16, marked, prefixed, pretty, single

PLACEMARK = (
    "<Placemark><name>公园{0}</name><ExtendedData><Data name='类别'><value>公园</value></Data></ExtendedData>"
    "<Point><coordinates>114.3{0}01,30.5123</coordinates></Point></Placemark>"
)
WHOLE = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>'
    f"<name>点位</name>{''.join(map(PLACEMARK.format, range(4)))}</Folder></Document></kml>"
).encode()


def without_namespace(xml: bytes) -> bytes:
    return xml.replace(b' xmlns="http://www.opengis.net/kml/2.2"', b"")


@pytest.mark.parametrize("form", [pretty, commented, marked, in_utf16, single, prefixed, without_namespace])
def test_forms(tmp_path, form):
    (tmp_path / "a.kml").write_bytes(form(WHOLE))
    reading = read_roster(tmp_path / "a.kml", datum="wgs84")
    assert reading.accepted["name"].tolist() == [f"公园{n}" for n in range(4)]


def test_what_cannot_be_read_is_refused(tmp_path):
    for xml in (in_gb18030(WHOLE), WHOLE.replace(b"?>", b'?><!DOCTYPE kml [<!ENTITY a "b">]>', 1)):
        (tmp_path / "a.kml").write_bytes(xml)
        with pytest.raises(InputError, match=r"a\.kml cannot be read"):
            read_roster(tmp_path / "a.kml", datum="wgs84")
