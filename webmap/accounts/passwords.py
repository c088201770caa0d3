"""Passwords as they are kept: hashed with argon2id (RFC 9106), each with a salt of its own."""

import secrets
import threading

from geo.errors import InputError

PASSWORD_LENGTH = 10
MADE_BYTES = 12  # of chance in a password made here: 16 characters
MEMORY_KB, PASSES, LANES = 32 * 1024, 3, 1
"""What a guess costs: a tenth of a second."""
_turns = threading.Semaphore(2)  # however many log in at once, their hashes take 64 MB
# Somebody without an account is checked against this, so that the time of an answer doesn't tell who has one.
NOBODY = "$argon2id$v=19$m=32768,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$kG6yP7gy5Ava4yTF4UTXmyoF9vtoCAPkEWHmx1bGsTk"
OLD = ("scrypt:", "pbkdf2:")  # what versions before this one kept


def made() -> str:
    """Make a password that nobody guesses."""
    return secrets.token_urlsafe(MADE_BYTES)


def hash_password(password: str) -> str:
    """Hash a password with a salt of its own.

    Raises
    ------
    InputError
        When the password is shorter than ten characters.
    """
    if len(password) < PASSWORD_LENGTH:
        raise InputError(
            "the password has {length} characters: choose one of at least {least}",
            length=len(password),
            least=PASSWORD_LENGTH,
        )
    from argon2 import PasswordHasher  # noqa: PLC0415 - commands that know no password don't load it

    with _turns:
        return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KB, parallelism=LANES).hash(password)


def is_right(hashed: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed; of a hash that nobody can read, none is."""
    if hashed.startswith(OLD):
        from werkzeug.security import check_password_hash  # noqa: PLC0415 - as above

        try:
            return check_password_hash(hashed, password)
        except ValueError:
            return False
    from argon2 import PasswordHasher  # noqa: PLC0415 - as above
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as above

    try:
        with _turns:
            return PasswordHasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Tell whether a hash was made in another way than today's, so that it is to be renewed at the next login."""
    return not hashed.startswith(f"$argon2id$v=19$m={MEMORY_KB},t={PASSES},p={LANES}$")
