"""Short messages to people without an account, and the codes by which they show that a telephone is theirs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_phone


class Message(SealedModel):
    """A short message on its way: number, text and values are sealed, and emptied once it was sent or given up."""

    purpose = models.CharField(_("用途"), max_length=40)
    phone = SealedTextField(_("手机号"), logical="core.message.phone", null=True)
    text = SealedTextField(_("内容"), logical="core.message.text", null=True)
    # The named values that the text was made of, as JSON: a provider fills a filed template with them.
    values = SealedTextField(_("模板内容"), logical="core.message.values", null=True)
    created_at = models.DateTimeField(_("建立时间"))
    give_up_at = models.DateTimeField(_("最迟发送时间"))
    try_after = models.DateTimeField(_("下次尝试时间"), null=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    failure = models.CharField(_("未发送的原因"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("短消息")
        verbose_name_plural = _("短消息")
        indexes = [
            models.Index(fields=["created_at"], name="message_waiting", condition=models.Q(sent_at=None, failure=""))
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class PhoneCode(SealedModel):
    """A code that was asked for: valid for minutes, a few attempts, once. Neither number nor code lie in clear."""

    purpose = models.CharField(_("用途"), max_length=40)
    phone = SealedTextField(_("手机号"), logical="core.phonecode.phone", lookup=normalise_phone, null=True)
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    code_digest = models.CharField(_("验证码摘要"), max_length=64)
    created_at = models.DateTimeField(_("建立时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    attempt_count = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    used_at = models.DateTimeField(_("使用时间"), null=True)

    class Meta:
        verbose_name = _("手机验证码")
        verbose_name_plural = _("手机验证码")

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class WechatBinding(SealedModel):
    """That a telephone's owner agreed to be written to by WeChat; number and account are emptied when it ends.

    The row is the consent: which words, when, until when. One open binding a telephone.
    """

    phone = SealedTextField(_("手机号"), logical="core.wechatbinding.phone", lookup=normalise_phone, null=True)
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    openid = SealedTextField(_("微信账号"), logical="core.wechatbinding.openid", null=True)
    consent_version = models.CharField(_("同意书版本"), max_length=20)
    bound_at = models.DateTimeField(_("绑定时间"))
    ended_at = models.DateTimeField(_("解绑时间"), null=True)

    class Meta:
        verbose_name = _("微信绑定")
        verbose_name_plural = _("微信绑定")
        constraints = [
            *unique_lookup("phone", name="wechatbinding_phone_once"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, phone__isnull=False, openid__isnull=False)
                | models.Q(ended_at__isnull=False, phone__isnull=True, openid__isnull=True),
                name="wechatbinding_emptied_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
