"""The demo of remembrance is made by the services, and agrees with every check."""

from __future__ import annotations

from registries.demo.memorial import leave_memorial
from registries.models import MemorialBooking, MemorialMessage, MemorialPage
from registries.services.memorial.showing import public_wall
from tests.registries.ground import Ground


def test_the_demo_shows_pages_in_every_state_with_messages_that_wait_and_that_are_seen(ground: Ground) -> None:
    people = {"hangzhou.registrar": ground.person("clerk"), "hangzhou.coordinator": ground.person("coordinator")}
    leave_memorial(ground.branch, people)
    states = MemorialPage.objects.unscoped("test").values_list("status", flat=True)
    assert sorted(states) == ["published"] * 4 + ["submitted", "withdrawn"]
    assert {one.name for one in public_wall("memorial")[0]} == {"赵示例怀", "钱**", "一位老师", "一个爱画画的孩子"}
    seen = MemorialMessage.objects.unscoped("test").values_list("status", flat=True)
    assert sorted(seen) == ["shown", "shown", "waiting", "waiting", "waiting"]
    assert MemorialBooking.objects.unscoped("test").count() == 8
