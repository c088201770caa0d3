"""The certificate that an office has for its server, and what may be wrong with it."""

import datetime as dt
import ssl
from pathlib import Path

from geo.errors import InputError
from geo.notes import Note

_VERSION, _UTC_TIME = 0xA0, 0x17  # tags
SOON = dt.timedelta(days=30)


def context_of(certificate: Path, key: Path, *, now: dt.datetime) -> tuple[ssl.SSLContext, list[Note]]:
    """Load a certificate with its chain, and its key, for a server.

    Parameters
    ----------
    certificate, key
        PEM files; they may be one.
    now
        The moment to judge the certificate's dates by.

    Returns
    -------
    context
        TLS 1.2 and later.
    notes
        What a person should know: that it has ended, or will soon.

    Raises
    ------
    InputError
        When a file cannot be read, is no PEM, the key is locked or belongs to another certificate.
    """
    _require("key", key, "PRIVATE KEY")
    _require("certificate", certificate, "CERTIFICATE")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    asked: list[bool] = []

    def password() -> str:
        asked.append(True)
        return ""

    try:
        context.load_cert_chain(certificate, key, password)
    except (ssl.SSLError, ValueError) as error:
        if asked:
            raise InputError(
                "key is {path}: it is locked with a password, which nobody could type when the server "
                "starts by itself; unlock it with: openssl pkey -in {path} -out unlocked.pem",
                path=str(key),
            ) from error
        if "MISMATCH" in str(getattr(error, "reason", "")):
            raise InputError(
                "key is {path}: it does not belong to the certificate {certificate}; name the key it was made with",
                path=str(key),
                certificate=str(certificate),
            ) from error
        reason = str(getattr(error, "reason", None) or error)
        raise InputError(
            "certificate is {path}: it cannot be used ({reason}); ask for it anew where it came from",
            path=str(certificate),
            reason=reason,
        ) from error
    return context, _notes(_text("certificate", certificate), now)


def _require(field: str, path: Path, what: str) -> None:
    """Refuse a file that does not hold what it is named for."""
    if f"{what}-----" not in _text(field, path):
        raise InputError(
            "{field} is {path}: it holds no {what} in PEM form (-----BEGIN ...); convert it, e.g. with openssl",
            field=field,
            path=str(path),
            what=what,
        )


def _text(field: str, path: Path) -> str:
    try:
        return path.read_text("latin-1")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            "{field} cannot be read at {path} ({reason}): name a PEM file that this account may read",
            field=field,
            path=str(path),
            reason=reason,
        ) from error


def _notes(pem: str, now: dt.datetime) -> list[Note]:
    """Say whether a certificate has ended or has not begun."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    first = begin + pem.partition(begin)[2].partition(end)[0] + end
    starts, ends = validity(ssl.PEM_cert_to_DER_cert(first))
    if now > ends:
        return [
            Note(
                "the certificate ended on {date:%Y-%m-%d}: browsers refuse it; ask for a new one where it came from",
                {"date": ends},
            )
        ]
    if now < starts:
        return [
            Note(
                "the certificate is valid from {date:%Y-%m-%d} on: browsers refuse it until then; look at "
                "this machine's clock",
                {"date": starts},
            )
        ]
    return (
        [Note("the certificate ends on {date:%Y-%m-%d}: ask for a new one in time", {"date": ends})]
        if ends - now < SOON
        else []
    )


def validity(der: bytes) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to when a certificate holds (RFC 5280, 4.1): the fifth part of its first, or the fourth.

    The standard library tells it only of the other side of a connection.
    """
    whole, _ = _element(der)
    signed, _ = _element(whole[1])
    rest = signed[1]
    for _part in range(4 if rest[0] == _VERSION else 3):  # version, where there is one; serial, algorithm, issuer
        _, rest = _element(rest)
    dates, _ = _element(rest)
    starts, rest = _element(dates[1])
    ends, _ = _element(rest)
    return _moment(starts), _moment(ends)


def _element(der: bytes) -> tuple[tuple[int, bytes], bytes]:
    """Cut the first element off: its tag and content, and what follows."""
    tag, length, start = der[0], der[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:start], "big")
    return (tag, der[start : start + length]), der[start + length :]


def _moment(element: tuple[int, bytes]) -> dt.datetime:
    """Read UTCTime, whose years are those from 1950 to 2049, or GeneralizedTime."""
    tag, text = element[0], element[1].decode("ascii")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return dt.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=dt.UTC)
