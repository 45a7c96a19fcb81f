"""Forms of the desk's pages of the branch network; what they mean is checked by the services."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.errors import DomainError, NotAllowed, NotFound
from core.retention import hold_kinds
from organizations.choices import AREA_KINDS, BranchKind, Role
from organizations.models import Branch, Division
from organizations.selectors import divisions_without_branch, grantable_branches, parents_for, successors_for


def show_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a service refused onto the form; a missing right goes on to the error page."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    form.add_error(None, error.message)
    for name, sentence in error.fields.items():
        if name in form.fields:
            form.add_error(name, sentence)


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class BranchField(forms.ModelChoiceField):
    """A choice of branches by code, in the order of the tree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Branch.objects.none(), to_field_name="code", empty_label=_("请选择"), **kwargs)

    def label_from_instance(self, obj: Branch) -> str:
        """Indented by its place in the tree."""
        return f"{'　' * (obj.depth - 1)}{obj.name}（{obj.code}）"

    def offer(self, rows: QuerySet[Branch]) -> None:
        """Offer these branches; where there is only one, it is chosen already."""
        self.queryset = rows
        found = list(rows[:2])
        if len(found) == 1:
            self.initial, self.empty_label = found[0].code, None


class DivisionField(forms.ModelChoiceField):
    """A choice of divisions by code."""

    def label_from_instance(self, obj: Division) -> str:
        """Name and code."""
        return f"{obj.name}（{obj.code}）"


def _offer(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Set what a field of the form offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
    field.queryset = rows


class NewBranchForm(forms.Form):
    """A new branch of one kind below a parent."""

    division = DivisionField(label=_("所在区划"), queryset=Division.objects.none(), empty_label=_("请选择"))
    name = forms.CharField(label=_("全称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    on = forms.DateField(label=_("启用日期"), widget=DayInput)

    def __init__(self, *args: Any, parent: Branch, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
        if kind in AREA_KINDS:
            _offer(self, "division", divisions_without_branch(parent).filter(level=kind).order_by("code"))
            self.fields["name"].required = False
            self.fields["name"].help_text = _("不填则按上级和区划的名称自动生成。")
        else:
            del self.fields["division"]
            self.fields["name"].help_text = _("例如“杭州市示例中学红十字会”。编码自动编定。")


class BranchFactsForm(forms.Form):
    """The particulars of a branch."""

    name = forms.CharField(label=_("全称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=40, help_text=_("用在窄的表格里。"))
    credit_code = forms.CharField(
        label=_("统一社会信用代码"), max_length=18, required=False, help_text=_("18 位；没有法人资格的组织不填。")
    )
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    phone = forms.CharField(label=_("公开电话"), max_length=40, required=False, help_text=_("会显示在公开页面上。"))
    founded_on = forms.DateField(label=_("成立日期"), required=False, widget=DayInput)


class ReshapeForm(forms.Form):
    """What all changes of the tree ask for."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        help_text=_("例如批准文号。不要写个人姓名。"),
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        self.order_fields(["new_parent", "successor", "on", "reason"])


class MoveForm(ReshapeForm):
    """Where a branch goes."""

    new_parent = BranchField(label=_("新的上级"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "new_parent", parents_for(self.branch))


class CloseForm(ReshapeForm):
    """When a branch closes."""

    on = forms.DateField(label=_("停用日期"), help_text=_("从这一天起不再运行，不晚于今天。"), widget=DayInput)


class MergeForm(CloseForm):
    """Into which branch another one goes."""

    successor = BranchField(label=_("并入"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "successor", successors_for(self.branch))


class GrantForm(forms.Form):
    """A role for a person in a branch."""

    branch = BranchField(label=_("在哪个红十字会"))
    role = forms.ChoiceField(label=_("角色"), choices=[("", _("请选择")), *Role.choices])
    with_below = forms.BooleanField(
        label=_("含下级（只读）"), required=False, help_text=_("只让查看类权限及于所有下级，办理类权限只在本会有效。")
    )
    authority = forms.CharField(
        label=_("代录依据"), max_length=200, required=False, help_text=_("不是此人本单位时必填：文号或委托书。")
    )
    valid_from = forms.DateField(label=_("起"), widget=DayInput, initial=today)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "branch", grantable_branches(actor))


class EndGrantForm(forms.Form):
    """When and why a role ends."""

    on = forms.DateField(label=_("从哪天起收回"), widget=DayInput, initial=today, help_text=_("今天或以后。"))
    reason = forms.CharField(label=_("理由"), max_length=500, help_text=_("例如“岗位调整”。不要写个人姓名。"))


def kind_choices(kinds: list[str]) -> list[tuple[str, str]]:
    """Kinds with their labels."""
    return [(kind, str(BranchKind(kind).label)) for kind in kinds]


class HoldForm(forms.Form):
    """What is to be kept beyond its time, and why."""

    object_label = forms.ChoiceField(label=_("种类"))
    object_key = forms.CharField(label=_("编号"), max_length=120, help_text=_("批次号，或文件的标识"))
    reason = forms.CharField(label=_("理由"), max_length=200, help_text=_("例如：对账争议处理中。不要写捐赠人姓名"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["object_label"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(label, kind.name) for label, kind in hold_kinds().items()]
