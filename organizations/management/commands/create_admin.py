"""`manage.py create_admin`: the first administrator of a portal; exit status 0 made, 2 could not run."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError
from organizations.services.setup import create_administrator

PASSWORD_VARIABLE = "ADMIN_PASSWORD"  # noqa: S105 -- the name of a variable


class Command(BaseCommand):
    """Makes the first administrator, who then sets the portal up at /setup/."""

    help = "建立第一位系统管理员，然后用浏览器打开 /setup/ 完成初始化"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is not given is asked for; the password comes from ADMIN_PASSWORD or the keyboard, never an argument."""
        parser.add_argument("--login", help="登录名，例如 sysadmin")
        parser.add_argument("--name", help="姓名")
        parser.add_argument("--email", default="", help="邮箱（选填）")

    def handle(self, *, login: str | None, name: str | None, email: str, **options: Any) -> None:
        """Ask for what is missing, make the person, say what comes next."""
        try:
            login = login or self._ask(_("登录名："))
            name = name or self._ask(_("姓名："))
            password = os.environ.get(PASSWORD_VARIABLE) or self._ask_password()
            validate_password(password, User(login=login, name=name, email=email))
            person, root = create_administrator(login=login, name=name, email=email, password=password)
        except ValidationError as error:
            self._stop(_("密码不够安全：%(why)s") % {"why": "".join(error.messages)})
        except DomainError as error:
            self._stop(error.message)
        except DatabaseError as error:
            self._stop(_("数据库出错，没有建立：%(why)s") % {"why": str(error).strip().splitlines()[0]})
        if root is None:
            self.stdout.write(_("已建立 %(login)s。请登录后打开 /setup/ 完成初始化。") % {"login": person.login})
            return
        words = {"login": person.login, "branch": root.name}
        self.stdout.write(_("已建立 %(login)s，任 %(branch)s 系统管理员。") % words)

    def _ask(self, question: str) -> str:
        if not sys.stdin.isatty():
            self._stop(_("没有键盘输入，请给出 --login 和 --name，密码用环境变量 ADMIN_PASSWORD。"))
        return input(question).strip()

    def _ask_password(self) -> str:
        if not sys.stdin.isatty():
            self._stop(_("没有键盘输入，请用环境变量 ADMIN_PASSWORD 给出密码。"))
        first = getpass.getpass(_("密码（不显示）："))
        if first != getpass.getpass(_("再输入一次：")):
            self._stop(_("两次输入的密码不一样，没有建立。"))
        return first

    def _stop(self, sentence: str) -> Any:
        self.stderr.write(sentence)
        raise SystemExit(2)
