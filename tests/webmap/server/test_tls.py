"""Certificates as offices have them: good, ended, of another key, locked, unreadable."""

import datetime as dt
import ssl
from pathlib import Path

import pytest

from geo.errors import InputError
from webmap.server import context_of
from webmap.server.tls import validity

NOW = dt.datetime(2026, 6, 9, tzinfo=dt.UTC)


def test_a_good_certificate_says_nothing(certificates: Path) -> None:
    context, notes = context_of(certificates / "certificate.pem", certificates / "key.pem", now=NOW)
    assert isinstance(context, ssl.SSLContext)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert not notes


def test_dates_are_said_before_and_after(certificates: Path) -> None:
    pair = (certificates / "certificate.pem", certificates / "key.pem")
    for now, word in (
        (dt.datetime(2019, 1, 1, tzinfo=dt.UTC), "valid from 2020-01-01"),
        (dt.datetime(2119, 12, 20, tzinfo=dt.UTC), "ends on 2120-01-01"),
        (dt.datetime(2121, 1, 1, tzinfo=dt.UTC), "ended on 2120-01-01"),
    ):
        assert word in context_of(*pair, now=now)[1][0].text()
    assert "ended on 2021-01-01" in context_of(certificates / "expired.pem", pair[1], now=NOW)[1][0].text()


def test_dates_are_read_from_the_certificate_itself(certificates: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert((certificates / "expired.pem").read_text("ascii"))
    assert validity(der) == (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2021, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        ("certificate.pem", "other_key.pem", r"does not belong to the certificate .*certificate\.pem"),
        ("certificate.pem", "locked_key.pem", r"locked with a password.*openssl pkey -in .*locked_key\.pem"),
        ("certificate.pem", "certificate.pem", r"key is .*holds no PRIVATE KEY"),
        ("key.pem", "key.pem", r"certificate is .*holds no CERTIFICATE"),
        ("missing.pem", "key.pem", r"certificate cannot be read at .*missing\.pem"),
        ("certificate.pem", ".", r"key cannot be read at"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_remedy(certificate: str, key: str, said: str, certificates: Path) -> None:
    with pytest.raises(InputError, match=said):
        context_of(certificates / certificate, certificates / key, now=NOW)


def test_a_damaged_certificate_is_refused(certificates: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ascii")
    with pytest.raises(InputError, match=r"bad\.pem: it cannot be used"):
        context_of(bad, certificates / "key.pem", now=NOW)
    both = tmp_path / "both.pem"
    both.write_text((certificates / "certificate.pem").read_text() + (certificates / "key.pem").read_text(), "ascii")
    assert context_of(both, both, now=NOW)[1] == []
