"""A password hasher that is quick: its passwords protect nothing, and other processes verify them as any other."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """PBKDF2 with few rounds; the number of rounds stands in the hash."""

    iterations = 1000
