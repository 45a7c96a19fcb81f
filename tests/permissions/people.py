"""Everybody who may knock: each role in each relation to the object's branch, and those without a role.

What each role may do stands here a second time, by hand: a change of `organizations.choices.ROLE_RIGHTS` that nobody
meant shows as a difference between the two.
"""

from __future__ import annotations

from dataclasses import dataclass

# All objects of the table lie in this branch.
HOME = "3301"
PARENTS = {"3301": "33", "3303": "33", "330106": "3301", "330182": "3301", "330302": "3303"}

CLERK = {
    "view_gifts", "enter_gifts", "reveal_names", "correct_gifts", "manage_receipts", "serve_givers",
    "request_reports", "view_draft_reports", "plan_appeals",
}  # fmt: skip
APPROVER = {
    "view_gifts", "approve_gifts", "reveal_names", "correct_gifts", "view_ledger", "view_draft_reports",
    "publish_reports", "approve_appeals",
}  # fmt: skip
FINANCE = {
    "view_gifts", "approve_gifts", "reveal_names", "correct_gifts", "manage_receipts", "serve_givers", "manage_funds",
    "view_ledger", "request_reports", "view_draft_reports", "plan_appeals", "approve_appeals",
}  # fmt: skip
OVERSIGHT = {"view_gifts", "view_spending", "view_ledger", "view_draft_reports", "view_audit"}
# The use of money (spending), apart from gifts.
CLERK |= {"view_spending", "enter_spending", "receive_transfers", "pay_spending"}
APPROVER |= {"view_spending", "approve_spending", "receive_transfers"}
FINANCE |= {"view_spending", "enter_spending", "approve_spending", "receive_transfers", "pay_spending"}
for rights in (CLERK, APPROVER, FINANCE):
    rights |= {"read_beneficiaries", "release_documents"}
# Statements of banks and platforms.
CLERK |= {"view_statements", "reconcile", "read_payers"}
APPROVER |= {"view_statements", "confirm_sheets", "read_payers"}
FINANCE |= {"view_statements", "reconcile", "confirm_sheets", "read_payers"}
OVERSIGHT |= {"view_statements"}
LEADER = {
    "view_gifts", "view_spending", "lead_spending", "view_statements", "view_ledger", "view_draft_reports",
    "view_training",
}  # fmt: skip
# First-aid training.
OVERSIGHT |= {"view_training"}
TRAINING_OFFICER = {"view_training", "plan_training", "mark_training", "issue_certificates", "read_trainees"}
INSTRUCTOR = {"view_training", "mark_training", "sign_results", "read_trainees"}
ROLE_RIGHTS: dict[str, set[str]] = {
    "clerk": CLERK,
    "approver": APPROVER,
    "finance": FINANCE,
    "leader": LEADER,
    "warehouse": {"view_gifts"},
    "publisher": {
        "view_gifts",
        "view_spending",
        "release_documents",
        "request_reports",
        "view_draft_reports",
        "publish_reports",
        "plan_appeals",
    },
    "training_officer": TRAINING_OFFICER,
    "instructor": INSTRUCTOR,
    "registry_clerk": {"view_registries", "keep_registries", "read_registrants", "keep_memorial"},
    "registry_coordinator": {
        "view_registries",
        "keep_registries",
        "read_registrants",
        "read_wishes",
        "count_registries",
        "keep_cases",
        "export_registrants",
        "keep_memorial",
    },
    "registry_head": {
        "view_registries",
        "count_registries",
        "assign_coordinators",
        "approve_exports",
        "keep_memorial",
    },
    "supervisor": OVERSIGHT,
    "auditor": OVERSIGHT,
    "branch_admin": {"manage_branch", "grant_roles"},
    "system_admin": {"manage_system", "manage_people", "manage_retention"},
    "security_admin": {"grant_roles", "manage_retention"},
    "audit_admin": {"view_audit"},
}
# First-aid training.
for role in ("leader", "supervisor", "auditor"):
    ROLE_RIGHTS[role] |= {"view_training"}
ROLE_RIGHTS["training_officer"] |= {
    "view_training",
    "plan_training",
    "mark_training",
    "issue_certificates",
    "read_trainees",
}
ROLE_RIGHTS["instructor"] = {"view_training", "mark_training", "sign_results", "read_trainees"}
# Supervisors see numbers of the registries and nobody in them.
ROLE_RIGHTS["supervisor"] = ROLE_RIGHTS["supervisor"] | {"count_registries"}
# Only these reach the branches below, and only where the grant says so.
READING = {
    "view_gifts", "view_spending", "view_training", "view_statements", "view_ledger", "view_draft_reports",
    "view_audit", "view_registries", "count_registries",
}  # fmt: skip
# Kept apart from all work, so they can hold nothing beside it.
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}


@dataclass(frozen=True)
class Held:
    """A role held in a branch; `ended`: until yesterday."""

    role: str
    branch: str
    with_below: bool = False
    ended: bool = False

    def gives(self, right: str, branch: str) -> bool:
        """Whether this one grant gives the right in the branch."""
        if self.ended or right not in ROLE_RIGHTS[self.role]:
            return False
        return self.branch == branch or (self.with_below and right in READING and self.branch in above(branch))

    def reaches(self, branch: str) -> bool:
        """Whether the branch is one of those that the grant is about."""
        return not self.ended and (self.branch == branch or (self.with_below and self.branch in above(branch)))


@dataclass(frozen=True)
class Who:
    """Somebody at the door. Without a login: anonymous."""

    login: str
    grants: tuple[Held, ...] = ()
    superuser: bool = False
    disabled: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether the portal knows who this is."""
        return bool(self.login) and not self.disabled

    def may(self, right: str, branch: str = HOME) -> bool:
        """Whether one of the grants gives the right in the branch."""
        return any(held.gives(right, branch) for held in self.grants)

    def holds(self, *rights: str) -> bool:
        """Whether one of the grants gives one of the rights anywhere."""
        return any(right in ROLE_RIGHTS[held.role] for held in self.grants if not held.ended for right in rights)

    def reaches(self, branch: str = HOME) -> bool:
        """Whether any grant is about the branch."""
        return any(held.reaches(branch) for held in self.grants)


def above(branch: str) -> list[str]:
    """The branches above, the nearest first."""
    chain = []
    while branch in PARENTS:
        branch = PARENTS[branch]
        chain.append(branch)
    return chain


def relations(role: str) -> list[tuple[str, tuple[Held, ...]]]:
    """A role in every relation to HOME."""
    found = [
        ("own", (Held(role, HOME),)),
        ("above", (Held(role, "33"),)),
        ("above-with-below", (Held(role, "33", with_below=True),)),
        ("below", (Held(role, "330182"),)),
        ("sibling", (Held(role, "3303", with_below=True),)),
        ("elsewhere", (Held(role, "330302"),)),
        ("ended", (Held(role, HOME, ended=True),)),
    ]
    if role not in ADMINISTRATORS:
        # Holds the right somewhere, and is known in HOME for something else.
        found.append(("foot-in-the-door", (Held("registry_coordinator", HOME), Held(role, "330302"))))
    return found


ANONYMOUS = Who("")
SUPERUSER = Who("superuser", superuser=True)
NOBODY = Who("nobody")
DISABLED = Who("disabled", (Held("approver", HOME),), disabled=True)
EVERYBODY = [
    ANONYMOUS,
    SUPERUSER,
    NOBODY,
    DISABLED,
    *(Who(f"{role}.{name}", grants) for role in ROLE_RIGHTS for name, grants in relations(role)),
]
# For pages that ask nobody: one of each kind.
A_FEW = [who for who in EVERYBODY if not who.grants or who.disabled or who.login.endswith(".own")]
