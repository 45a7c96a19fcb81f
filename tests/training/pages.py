"""Browsers of the ground's people, as the tests of pages use them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from core.clock import frozen_at
from tests.training.ground import Ground
from training.models import Session


def client_of(ground: Ground, login: str) -> Client:
    """A browser in which somebody of the ground is signed in."""
    client = Client()
    client.force_login(ground.person(login), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, name: str, /, *args: object, **query: str) -> str:
    """A page, as text."""
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, /, *args: object, **values: Any) -> str:
    """What is shown after something was sent."""
    response = client.post(reverse(name, args=args), values, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def after(session: Session, **later: float) -> AbstractContextManager[datetime]:
    """The clock stands after the last lesson."""
    end = session.lessons.latest("ends_at").ends_at
    return frozen_at(end + timedelta(**(later or {"minutes": 1})))
