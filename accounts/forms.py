"""allauth's forms in our words."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import record_sign_in_act

NEW_PASSWORD_HELP = gettext_lazy("至少 10 个字符，不能全是数字，不要用常见密码或和登录名、姓名相近的密码。")


def _word(form: forms.BaseForm, name: str, label: Any, help_text: Any = "", **attributes: str) -> None:
    """Give a field its label and help; placeholders go: they vanish while one types and are read as values."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


def _word_new_passwords(form: forms.BaseForm) -> None:
    _word(form, "password1", _("新密码"), NEW_PASSWORD_HELP, autocomplete="new-password")
    _word(form, "password2", _("再输入一次新密码"), autocomplete="new-password")


class _SamePasswords:
    """Says in our words that the two new passwords differ."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = forms.Form.clean(self) or {}  # type: ignore[arg-type]
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("两次输入的新密码不一样，请重新输入。"))  # type: ignore[attr-defined]
        return cleaned


class SignInForm(account_forms.LoginForm):
    """Login and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", _("登录名"), autocapitalize="none", spellcheck="false", autofocus="autofocus")
        _word(self, "password", _("密码"))

    def clean_login(self) -> str:
        """Logins are lower case."""
        return str(super().clean_login()).lower()


class ReauthenticateForm(account_forms.ReauthenticateForm):
    """The password once more before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", _("密码"))


class ChangePasswordForm(_SamePasswords, account_forms.ChangePasswordForm):
    """The old and the new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "oldpassword", _("当前密码"))
        _word_new_passwords(self)

    def clean(self) -> dict[str, Any]:
        """A new password is another one."""
        cleaned = super().clean()
        if cleaned.get("password1") and cleaned.get("password1") == cleaned.get("oldpassword"):
            self.add_error("password1", _("新密码不能和当前密码相同。"))
        return cleaned


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """The e-mail address to send a link to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "email", _("邮箱"), _("填写账号登记的邮箱。"))


class NewPasswordForm(_SamePasswords, account_forms.ResetPasswordKeyForm):
    """A new password by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_new_passwords(self)


class PasswordLinkForm(account_forms.UserTokenForm):
    """The link itself: it is no good for a disabled person."""

    def _get_user(self, uidb36: str) -> User | None:
        person: User | None = super()._get_user(uidb36)
        return person if person is not None and person.is_active else None


class _CodeForm:
    """The code of the second factor, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(
            self,  # type: ignore[arg-type]
            "code",
            _("验证码"),
            _("手机验证器上的 6 位数字；手机不在身边时，可输入一个恢复码。"),
            inputmode="numeric",
            autofocus="autofocus",
        )

    def _emit_authentication_failed(self, authenticator: Any) -> None:
        """Audit a wrong code."""
        record_sign_in_act("second_factor_failed", person=self.user)  # type: ignore[attr-defined]
        super()._emit_authentication_failed(authenticator)  # type: ignore[misc]


class SecondFactorForm(_CodeForm, factor_forms.AuthenticateForm):
    """The second factor at sign-in."""


class SecondFactorAgainForm(_CodeForm, factor_forms.ReauthenticateForm):
    """The second factor once more before something sensitive."""


class ActivateTotpForm(totp_forms.ActivateTOTPForm):
    """The first code, which shows that the telephone has the key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("验证码"), _("手机验证器上显示的 6 位数字。"), inputmode="numeric")


class PersonForm(forms.Form):
    """What administrators write about a person."""

    login = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=60,
        help_text=gettext_lazy("小写英文字母、数字和 . _ -，例如 jiande.clerk。建立后不能更改。"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    email = forms.EmailField(
        label=gettext_lazy("邮箱"),
        required=False,
        help_text=gettext_lazy("本人自己的邮箱，用来重设密码；没有可以留空。"),
    )


class ChangePersonForm(PersonForm):
    """The same without the login, which stays."""

    login = None  # type: ignore[assignment]


class ReasonForm(forms.Form):
    """Why something is done to an account."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        help_text=gettext_lazy("会写入操作记录，请不要写捐赠人的姓名。"),
    )
