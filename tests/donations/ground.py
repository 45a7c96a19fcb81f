"""A small ground for the tests of gifts: branches, funds, people, and the way of a batch in one call each."""

import datetime
import io
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.models import User
from core.numbers import take_serials
from core.progress import NoProgress
from donations.choices import BatchStatus
from donations.models import Batch, Donation, StagedGift
from donations.services.batches import approve_batch, open_counter_batch, open_file_batch, submit_batch
from donations.services.posting import post_batch
from donations.services.rows import add_row
from donations.services.staging import read_batch
from ledger.models import Fund
from organizations.choices import Role
from organizations.models import Branch
from tests.factories.people import make_person, make_province
from tests.standing import Standing

DAY = datetime.date(2020, 1, 1)


@dataclass
class Ground:
    """What the tests stand on: Jiande (a county) with its people and fund, and another city."""

    branches: dict[str, Branch]
    fund: Fund
    other_fund: Fund
    clerk: User
    second_clerk: User
    approver: User
    second_approver: User
    city_reader: User
    stranger: User
    stranger_approver: User

    @property
    def jiande(self) -> Branch:
        """The county in which the people work."""
        return self.branches["330182"]

    def client(self, person: User) -> Client:
        """A browser of a person."""
        client = Client()
        client.force_login(person)
        return client

    def open_file(self, path: Path, actor: User | None = None, **over: Any) -> Batch:
        """Bring a list in without reading it."""
        values: dict[str, Any] = {"branch": self.jiande, "fund": self.fund, "actor": actor or self.clerk, **over}
        with path.open("rb") as source:
            return open_file_batch(source=source, filename=path.name, **values)

    def read_file(self, path: Path, **over: Any) -> Batch:
        """Bring a list in and read it."""
        return read_batch(batch_id=self.open_file(path, **over).pk, job=NoProgress())

    def text_list(self, folder: Path, *rows: str, name: str = "list.csv") -> Path:
        """A list with the columns 捐赠日期, 捐赠人, 金额, 备注."""
        path = folder / name
        path.write_text("\n".join(["捐赠日期,捐赠人,金额,备注", *rows]) + "\n", encoding="utf-8")
        return path

    def counter(self, *gifts: tuple[str, str], actor: User | None = None) -> Batch:
        """A counter batch with gifts of (giver, amount)."""
        actor = actor or self.clerk
        batch = open_counter_batch(branch=self.jiande, fund=self.fund, actor=actor)
        for donor, amount in gifts:
            typed = {"donor": donor, "amount": amount, "received_on": "2026-01-05"}
            add_row(batch_id=batch.pk, typed=typed, actor=actor, entry_key=uuid.uuid4())
        return self.fresh(batch)

    def submit(self, batch: Batch) -> Batch:
        """Submit by the clerk."""
        return submit_batch(batch_id=batch.pk, actor=self.clerk)

    def post(self, batch: Batch) -> Batch:
        """Submit, approve and post."""
        if batch.status != BatchStatus.SUBMITTED:
            self.submit(batch)
        approve_batch(batch_id=batch.pk, actor=self.approver, queue=False)
        return post_batch(batch_id=batch.pk, job=NoProgress())

    def posted(self, *gifts: tuple[str, str]) -> list[Donation]:
        """Gifts posted through the counter."""
        batch = self.post(self.counter(*gifts))
        return list(self.gifts(batch))

    def gifts(self, batch: Batch) -> Any:
        """The posted gifts of a batch in their order."""
        return Donation.objects.unscoped("test").filter(batch=batch).select_related("branch", "entry").order_by("pk")

    def rows(self, batch: Batch) -> Any:
        """The rows of a batch in their order."""
        return StagedGift.objects.filter(batch=batch).order_by("row_number")

    def fresh(self, batch: Batch) -> Batch:
        """The batch as it stands."""
        return Batch.objects.unscoped("test").get(pk=batch.pk)

    def upload(self, path: Path) -> io.BytesIO:
        """A file as a browser sends it."""
        content = io.BytesIO(path.read_bytes())
        content.name = path.name
        return content


def make_fund(branch: Branch, **over: Any) -> Fund:
    """A default fund of a branch; its serial is taken as the service takes it."""
    with transaction.atomic():
        take_serials(branch.code, 0, "F")
    fields = {"code": f"{branch.code}-F1", "name": "示例日常捐赠", "opened_on": DAY, "is_default": True, **over}
    return Fund.objects.create(branch=branch, **fields)


def make_ground() -> Ground:
    """Make the small province, its funds and people."""
    branches = make_province()
    jiande, wenzhou, hangzhou = branches["330182"], branches["3303"], branches["3301"]
    return Ground(
        branches=branches,
        fund=make_fund(jiande),
        other_fund=make_fund(wenzhou),
        clerk=make_person("jia.clerk", Role.CLERK, jiande),
        second_clerk=make_person("geng.clerk", Role.CLERK, jiande),
        approver=make_person("yi.approver", Role.APPROVER, jiande),
        second_approver=make_person("bing.approver", Role.APPROVER, jiande),
        city_reader=make_person("ding.supervisor", Role.SUPERVISOR, hangzhou, with_below=True),
        stranger=make_person("wu.clerk", Role.CLERK, wenzhou),
        stranger_approver=make_person("ji.approver", Role.APPROVER, wenzhou),
    )


STANDING = Standing("donations", make_ground)


def yuan(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)
