"""Random codes by which a thing is found and nothing can be guessed: sixteen characters, 80 bits."""

import secrets
import unicodedata

# Crockford's alphabet: 32 characters, none taken for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
# What people write for a character that the alphabet does not have.
_TAKEN_FOR = str.maketrans({"O": "0", "I": "1", "L": "1"})


def random_code() -> str:
    """Return a new code; the caller's unique constraint refuses the one in 2^80 that was given before."""
    number = secrets.randbits(5 * CODE_LENGTH)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(0, 5 * CODE_LENGTH, 5))


def normalise_code(written: str) -> str:
    """Return a code as it is stored: half width, capitals, without spaces and hyphens, O for 0 and I or L for 1."""
    plain = unicodedata.normalize("NFKC", written).upper().translate(_TAKEN_FOR)
    return "".join(character for character in plain if character.isascii() and character.isalnum())


def grouped_code(code: str) -> str:
    """Return a code in groups of four, as it is read aloud."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
