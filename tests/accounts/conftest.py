"""A person who can sign in, and a cache without the failures of other tests."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.models import User
from accounts.services import create_person

PASSWORD = "kuai-le-de-shan-yang-7"


@pytest.fixture(autouse=True)
def forgotten_failures() -> Iterator[None]:
    """Rate limits and sessions live in the cache: each test begins without."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(db: None) -> User:
    """示例甲, who can sign in as `jia.shili`."""
    return create_person(login="jia.shili", name="示例甲", email="jia@example.org", password=PASSWORD, actor=None)


@pytest.fixture
def keeper(db: None) -> User:
    """An administrator."""
    return create_person(login="guan.shili", name="示例管", password=PASSWORD, actor=None)
