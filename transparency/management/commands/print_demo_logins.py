"""`manage.py print_demo_logins`: who can sign in to the demo."""

from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, PortalCommand
from organizations.choices import Role
from organizations.selectors import branch_by_code
from transparency.demo.loading import demo_is_there
from transparency.demo.password import demo_password
from transparency.demo.people import PEOPLE


class Command(PortalCommand):
    """Prints logins, roles and branches in a table, and the one password."""

    help = "列出演示人员的登录名、角色和共同密码"

    def run(self, **options: Any) -> int:
        """Print, where the demo is."""
        if not demo_is_there():
            self.stdout.write(_("库里没有演示数据。"))
            return FINE
        names = {code: branch_by_code(code).name for code in {one.branch for one in PEOPLE}}
        self.stdout.write("")
        for one in PEOPLE:
            below = _("（含下级）") if one.with_below else ""
            self.stdout.write(f"  {one.login:<22}{Role(one.role).label}  {names[one.branch]}{below}")
        self.stdout.write("")
        self.stdout.write(_("  以上演示人员的密码都是：%(password)s") % {"password": demo_password()})
        return FINE
