"""How short messages to people without an account go (docs/notifying.md): settings from the environment."""

from redcross_portal.environment import (
    SettingError,
    data_dir,
    env_bool,
    env_gateway,
    env_secret,
    env_template,
    env_text,
)

NOTIFIERS = {
    "off": "core.notifying.backends.NoNotifier",
    "console": "core.notifying.backends.ConsoleNotifier",
    "file": "core.notifying.backends.FileNotifier",
    "gateway": "core.notifying.backends.GatewayNotifier",
    "aliyun": "core.notifying.backends.AliyunNotifier",
    "tencent": "core.notifying.backends.TencentNotifier",
}
NOTIFIER = env_text("NOTIFIER", "file" if env_bool("DEMO", False) else "off", choices=NOTIFIERS)
if NOTIFIER in ("console", "file") and not (env_bool("DEMO", False) or env_bool("DEBUG", False)):
    _legal = "off、gateway、aliyun 或 tencent"
    raise SettingError("NOTIFIER", f"“{NOTIFIER}”会把手机号和验证码写成明文，只能用于演示", _legal)
NOTIFIER_BACKEND = NOTIFIERS[NOTIFIER]
NOTIFIER_FILES_DIR = data_dir() / "messages"
NOTIFIER_GATEWAY_URL = env_gateway("NOTIFIER_GATEWAY_URL", required=NOTIFIER == "gateway")
NOTIFIER_GATEWAY_SECRET = env_text("NOTIFIER_GATEWAY_SECRET", None if NOTIFIER == "gateway" else "")

# What messages of these purposes carry, in this order: a template may take any of it. Received and answered are alike.
_CODE_VALUES = ("code", "minutes")
_ANSWERED_VALUES = ("number", "day")
_CHANGED_VALUES = ("tail", "day")
_EXPIRING_VALUES = (*_ANSWERED_VALUES, "session", "starts", "page")
# The provider's account and the templates filed with it; one set of names for both providers.
_is_sms = NOTIFIER in ("aliyun", "tencent")
SMS_ACCESS_KEY_ID = env_text("SMS_ACCESS_KEY_ID", None if _is_sms else "")
SMS_ACCESS_KEY_SECRET = env_secret("SMS_ACCESS_KEY_SECRET", optional=not _is_sms)
SMS_SIGN_NAME = env_text("SMS_SIGN_NAME", None if _is_sms else "")
SMS_APP_ID = env_text("SMS_APP_ID", None if NOTIFIER == "tencent" else "")
SMS_REGION = env_text("SMS_REGION", "ap-guangzhou")
SMS_ENDPOINT = env_gateway("SMS_ENDPOINT", required=False).rstrip("/")
_sms_templates = {
    "code": env_template("SMS_TEMPLATE_CODE", _CODE_VALUES, required=_is_sms),
    "received": env_template("SMS_TEMPLATE_RECEIVED", _ANSWERED_VALUES, required=False),
    "answered": env_template("SMS_TEMPLATE_ANSWERED", _ANSWERED_VALUES, required=False),
    # Places in first-aid sessions (training.services.telling); moved also gatherings of remembrance.
    "seated": env_template("SMS_TEMPLATE_SEATED", _ANSWERED_VALUES, required=False),
    "waiting": env_template("SMS_TEMPLATE_WAITING", _ANSWERED_VALUES, required=False),
    "cancelled": env_template("SMS_TEMPLATE_CANCELLED", _ANSWERED_VALUES, required=False),
    "moved": env_template("SMS_TEMPLATE_MOVED", _ANSWERED_VALUES, required=False),
    "reminder": env_template("SMS_TEMPLATE_REMINDER", _ANSWERED_VALUES, required=False),
    # What somebody booked at a place of remembrance is called off (registries.services.memorial.telling).
    "called_off": env_template("SMS_TEMPLATE_CALLED_OFF", _ANSWERED_VALUES, required=False),
    # One's own registration was changed or ended (registries.services.telling).
    "phone_changed": env_template("SMS_TEMPLATE_PHONE_CHANGED", _CHANGED_VALUES, required=False),
    "withdrawn": env_template("SMS_TEMPLATE_WITHDRAWN", _ANSWERED_VALUES, required=False),
    # Certificates that end soon (training.services.expiring).
    "expiring": env_template("SMS_TEMPLATE_EXPIRING", _EXPIRING_VALUES, required=False),
    # Talks, samples, visits and calls that were asked for (registries.services.requests.telling).
    "arranged": env_template("SMS_TEMPLATE_ARRANGED", _ANSWERED_VALUES, required=False),
    "declined": env_template("SMS_TEMPLATE_DECLINED", _ANSWERED_VALUES, required=False),
}
SMS_TEMPLATES = {name: template for name, template in _sms_templates.items() if template}

# 微信服务号: for messages that are no codes, to givers who bound their WeChat at /my/.
WECHAT_APP_ID = env_text("WECHAT_APP_ID", "")
if WECHAT_APP_ID and NOTIFIER == "off":
    raise SettingError(
        "WECHAT_APP_ID", "绑定微信要先用短信验证码验证手机号，而 NOTIFIER=off", "先设置 NOTIFIER，或不设置本项"
    )
WECHAT_APP_SECRET = env_secret("WECHAT_APP_SECRET", optional=not WECHAT_APP_ID)
WECHAT_API_URL = env_gateway("WECHAT_API_URL", required=False).rstrip("/")
# Where a message leads: the page 我的捐赠 of this portal.
WECHAT_MESSAGE_URL = env_gateway("WECHAT_MESSAGE_URL", required=False)
_wechat_templates = {
    "answered": env_template("WECHAT_TEMPLATE_ANSWERED", _ANSWERED_VALUES, required=bool(WECHAT_APP_ID)),
}
WECHAT_TEMPLATES = {name: template for name, template in _wechat_templates.items() if template}
