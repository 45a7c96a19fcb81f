"""The forms of /verify/, and how much of a file they take in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from transparency.services.verifying_reports.examining import examine_sha256
from transparency.services.verifying_reports.reading import MOST_BYTES
from transparency.services.verifying_reports.verdicts import Examination


class NoLargerThan(FileUploadHandler):
    """Stands before the other upload handlers and stops a file beyond `most_bytes`; `was_too_large` says that it did.

    What still comes is read and thrown away, so that the sender gets an answer and no broken connection.
    """

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes, self.was_too_large = most_bytes, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand a piece on, or stop."""
        if start + len(raw_data) > self.most_bytes:
            self.was_too_large = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """The next handler has the file."""
        return None


class Sha256Form(forms.Form):
    """A digest that somebody computed; `answer` after `is_valid`."""

    sha256 = forms.CharField(
        label=_("文件的 SHA-256"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "code"}),
        help_text=_(
            "64 位十六进制数字。Windows：certutil -hashfile 文件 SHA256；"
            "macOS：shasum -a 256 文件；Linux：sha256sum 文件。"
        ),
    )
    answer: Examination | None = None

    def clean_sha256(self) -> str:
        """Ask what the digest is of."""
        text = str(self.cleaned_data["sha256"])
        try:
            self.answer = examine_sha256(text)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from None
        return text


class PickForm(forms.Form):
    """A file of which the browser computes the digest: it is never sent, and has no name to be sent under."""

    pick = forms.FileField(
        label=_("报告文件"), help_text=_("浏览器在您的设备上算出 SHA-256，只把这串数字拿来比对，文件不会上传。")
    )


class UploadForm(forms.Form):
    """A file that is sent here to be looked into."""

    file = forms.FileField(
        label=_("要上传的文件"),
        help_text=_("不超过 %(limit)d MB。核对后立即删除，不保存文件，也不记录它的内容和是谁上传的。")
        % {"limit": MOST_BYTES // (1024 * 1024)},
    )

    def __init__(self, *args: Any, was_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was_too_large = was_too_large
        # What was stopped on its way is not missing.
        self.fields["file"].required = not was_too_large

    def clean_file(self) -> Any:
        """All of it came."""
        if self.was_too_large:
            raise forms.ValidationError(
                _("文件超过 %(limit)d MB，请改用 SHA-256 核对。") % {"limit": MOST_BYTES // (1024 * 1024)}
            )
        return self.cleaned_data["file"]


class RecordForm(forms.Form):
    """A record with its proof, and a key that somebody kept; read by the browser alone."""

    record_file = forms.FileField(
        label=_("记录文件（JSON）"), required=False, help_text=_("从公开记录页面下载的“这条记录和证明”。")
    )
    record = forms.CharField(
        label=_("或粘贴它的内容"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"}),
    )
    record_key = forms.CharField(
        label=_("您自己保存的公钥"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "code"}),
        help_text=_("从监事会、报刊等本平台以外的地方得到的公钥。填了它，签名也必须由它作出。"),
    )


class HeadForm(forms.Form):
    """A signed head that somebody kept, and a key; read by the browser alone."""

    head = forms.CharField(
        label=_("您以前保存的检查点"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"}),
        help_text=_("全文粘贴：名称、长度、树根三行，空一行，再是签名。"),
    )
    head_key = forms.CharField(
        label=_("您自己保存的公钥"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "code"}),
        help_text=_("从监事会、报刊等本平台以外的地方得到的公钥。填了它，签名也必须由它作出。"),
    )
