"""Settings of the portal: everything that differs between places comes from the environment (`.env.example`)."""

from pathlib import Path

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from redcross_portal.content_policy import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from redcross_portal.environment import (
    UNSET_DATABASE_URL,
    UNSET_REDIS_URL,
    SettingError,
    celery_broker_url,
    env_bool,
    env_database,
    env_day,
    env_int,
    env_keys,
    env_list,
    env_path,
    env_redis,
    env_secret,
    env_text,
)
from redcross_portal.messaging import *  # noqa: F403 -- each name of it is a setting
from redcross_portal.public_log import *  # noqa: F403 -- each name of it is a setting
from redcross_portal.report_signing import *  # noqa: F403 -- each name of it is a setting
from redcross_portal.sign_in import *  # noqa: F403 -- each name of it is a setting
from redcross_portal.wiring import *  # noqa: F403 -- each name of it is a setting

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_path("PORTAL_DATA_DIR", BASE_DIR / "var")

DEBUG = env_bool("DEBUG", False)
DEMO = env_bool("DEMO", False)
SECRET_KEY = env_secret("SECRET_KEY", DATA_DIR / "secrets" / "secret_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# The keys themselves, or the path of the file that holds them: a file is read again when `rotate_keys` changed it.
PORTAL_KEYS = env_keys("PORTAL_KEYS", DATA_DIR / "secrets" / "keyring.json")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "treebeard",
    "core",
    "accounts",
    "organizations",
    "ledger",
    "donations",
    "spending",
    "reconciliation",
    "training",
    "registries",
    "transparency",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.RequestContextMiddleware",
    "core.display.DisplayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.IdleSessionMiddleware",
    "organizations.middleware.SecondFactorMiddleware",
    "core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "redcross_portal.urls"
WSGI_APPLICATION = "redcross_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.portal",
                "core.display.display_preferences",
                "organizations.context_processors.desk",
            ],
        },
    },
]

# The application's own role, neither owner nor superuser; migrations run as the owner (bin/manage migrate).
DATABASES = {"default": env_database("DATABASE_URL", UNSET_DATABASE_URL, conn_max_age=60)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["OPTIONS"]["application_name"] = env_text("PORTAL_PROCESS", "portal")
APPLICATION_DB_ROLE = env_text("APPLICATION_DB_ROLE", "portal_app")

REDIS_URL = env_redis("REDIS_URL", UNSET_REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
}

CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# The row of a job is the truth: a task counts as done when it starts, and the reaper queues what a dead worker left.
CELERY_TASK_ACKS_LATE = False
# KiB. Short reports keep a child at 370 to 460 MB, the font on the disk included; one that set a long one is replaced.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 700_000
# How often beat looks for due reports and unfinished jobs, in seconds. What is due is decided by rows, not by the tick.
REPORT_TICK_SECONDS = env_int("REPORT_TICK_SECONDS", 60, minimum=1, maximum=3600)
JOB_TICK_SECONDS = env_int("JOB_TICK_SECONDS", 15, minimum=1, maximum=3600)
# A running job whose heartbeat is older belongs to a dead worker.
JOB_STALE_SECONDS = env_int("JOB_STALE_SECONDS", 90, minimum=2, maximum=3600)
# A tick not taken in time is dropped (`expires`); ticks have a queue of their own, from which workers take in turn.
CELERY_TASK_QUEUES = (Queue("celery"), Queue("ticks"))
CELERY_BEAT_SCHEDULE = {
    "make-due-reports": {
        "task": "transparency.tasks.make_due_reports",
        "schedule": REPORT_TICK_SECONDS,
        "options": {"expires": REPORT_TICK_SECONDS},
    },
    "requeue-stale-jobs": {
        "task": "core.tasks.requeue_stale_jobs",
        "schedule": JOB_TICK_SECONDS,
        "options": {"expires": JOB_TICK_SECONDS},
    },
    "sequence-records": {
        "task": "transparency.tasks.sequence_records",
        "schedule": JOB_TICK_SECONDS,
        "options": {"expires": JOB_TICK_SECONDS},
    },
    "send-waiting-messages": {
        "task": "core.tasks.send_waiting_messages",
        "schedule": JOB_TICK_SECONDS,
        "options": {"expires": JOB_TICK_SECONDS},
    },
    "beat-heartbeat": {
        "task": "core.tasks.note_beat",
        "schedule": JOB_TICK_SECONDS,
        "options": {"expires": JOB_TICK_SECONDS},
    },
    "send-daily-checkpoints": {
        "task": "transparency.tasks.send_daily_checkpoints",
        "schedule": 10 * 60,
        "options": {"expires": 10 * 60},
    },
    "ask-witnesses": {"task": "transparency.tasks.ask_witnesses", "schedule": 60, "options": {"expires": 60}},
    # Daily for each session, by its day; every hour, so that a day on which beat stood still at nine is none without.
    "remind-participants": {
        "task": "training.tasks.remind_participants",
        "schedule": 60 * 60,
        "options": {"expires": 60 * 60},
    },
    "verify-ledger": {"task": "ledger.tasks.verify_nightly", "schedule": 24 * 60 * 60},
    "count-training": {"task": "training.tasks.count_training", "schedule": crontab(hour="0", minute="10")},
    "plan-visits": {"task": "registries.tasks.plan_visits", "schedule": crontab(hour="1", minute="20")},
    "plan-upkeep": {"task": "registries.tasks.plan_upkeep", "schedule": crontab(hour="1", minute="40")},
    "count-registries": {"task": "registries.tasks.count_registries", "schedule": crontab(hour="0", minute="40")},
    "remind-of-expiry": {"task": "training.tasks.remind_of_expiry", "schedule": 24 * 60 * 60},
    "take-registry-counts": {
        "task": "registries.tasks.take_counts",
        "schedule": 10 * 60,
        "options": {"expires": 10 * 60},
    },
    "end-registry-exports": {
        "task": "registries.tasks.end_exports",
        "schedule": 10 * 60,
        "options": {"expires": 10 * 60},
    },
    "carry-out-retention": {"task": "core.tasks.carry_out_retention", "schedule": 24 * 60 * 60},
}
# What `verify_ledger`, the nightly job and each publication run: functions `() -> {check: offending rows}`.
VERIFY_CHECKS = [
    "ledger.checks.all_checks",
    "donations.checks.all_checks",
    "spending.checks.all_checks",
    "reconciliation.checks.all_checks",
    "training.checks.all_checks",
    "registries.checks.all_checks",
    "transparency.services.verifying.all_checks",
]
# Backups (docs/backup.md): a key of their own, and where PostgreSQL's programs lie.
BACKUP_KEY = env_secret("BACKUP_KEY", DATA_DIR / "secrets" / "backup_key", optional=True)
PG_BIN_DIR = env_text("PG_BIN_DIR", "")
CELERY_TASK_ROUTES = {entry["task"]: {"queue": "ticks"} for entry in CELERY_BEAT_SCHEDULE.values()}

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
# A session ends so long after the person's last act; what a page asks by itself is none (accounts.middleware).
SESSION_IDLE_MINUTES = env_int("SESSION_IDLE_MINUTES", 30, minimum=1, maximum=1440)
SESSION_COOKIE_AGE = 60 * SESSION_IDLE_MINUTES
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = env_bool("SECURE_COOKIES", not DEBUG)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 0, minimum=0, maximum=63_072_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_SSL_REDIRECT = env_bool("SSL_REDIRECT", False)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if env_bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.handle_exception",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": env_text("API_RATE", "600/min")},
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "红十字会公开平台 API",
    "DESCRIPTION": _("公开数据，只读，无须密钥。金额为两位小数的人民币元字符串；翻页用 next 中的游标。"),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "GiftKindEnum": "donations.choices.GiftKind",
        "GiftStatusEnum": "donations.choices.GiftStatus",
        "CampaignStatusEnum": "donations.choices.CampaignStatus",
        "BranchKindEnum": "organizations.choices.BranchKind",
        "ReportKindEnum": "transparency.choices.ReportKind",
        "ReportPeriodEnum": "transparency.choices.ReportPeriod",
        "CertificateKindEnum": "training.choices.CertificateKind",
        "CertificateStatusEnum": "training.choices.ShownStatus",
        "CertificateRevokeReasonEnum": "training.choices.RevokeReason",
    },
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
# Days by which the clock of the domain is off; records of a real portal must carry the real time.
CLOCK_SHIFT_DAYS = env_int("PORTAL_CLOCK_SHIFT_DAYS", 0, minimum=-3660, maximum=3660)
if CLOCK_SHIFT_DAYS and not DEMO:
    raise SettingError("PORTAL_CLOCK_SHIFT_DAYS", "只有演示（DEMO=1）可以拨动时钟", "0，或不设置")
USE_TZ = True
USE_I18N = True
DATE_FORMAT = "Y-m-d"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Private files by SHA-256; nothing in here is served by the web server itself.
PRIVATE_FILES_DIR = env_path("PRIVATE_FILES_DIR", DATA_DIR / "files")
# Working days from posting within which a gift should have its fiscal receipt; the law names none (docs/receipts.md).
RECEIPT_DUE_WORKDAYS = env_int("RECEIPT_DUE_WORKDAYS", 10, minimum=1, maximum=250)
# Working days within which a claim to an unidentified gift is answered, and how many one telephone may have open.
CLAIM_DUE_WORKDAYS = env_int("CLAIM_DUE_WORKDAYS", 15, minimum=1, maximum=250)
CLAIMS_OPEN_PER_PHONE = env_int("CLAIMS_OPEN_PER_PHONE", 5, minimum=1, maximum=100)
# Upload limits, in bytes.
# A gift from this sum (yuan) on, received from this day on, needs the giver's letter or an agreement before approval.
LETTER_FROM_YUAN = env_int("LETTER_FROM_YUAN", 1_000_000, minimum=1, maximum=999_999_999_999)
LETTER_SINCE = env_day("LETTER_SINCE", "2026-01-01")
UPLOAD_LIST_MAX_BYTES = env_int("UPLOAD_LIST_MAX_MB", 50, minimum=1, maximum=200) * 1024 * 1024
UPLOAD_VOUCHER_MAX_BYTES = env_int("UPLOAD_VOUCHER_MAX_MB", 10, minimum=1, maximum=50) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

EMAIL_BACKEND = env_text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env_text("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25, minimum=1, maximum=65535)
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD", optional=True)
EMAIL_TIMEOUT = env_int("EMAIL_TIMEOUT", 20, minimum=1, maximum=300)
EMAIL_FILE_PATH = env_path("EMAIL_FILE_PATH", DATA_DIR / "mail")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "portal@localhost")

# Opens /readyz and /metrics to monitoring from other machines (`Authorization: Bearer …`); empty: this machine alone.
METRICS_TOKEN = env_secret("METRICS_TOKEN", optional=True)
METRIC_SOURCES = ["transparency.services.verifying_reports.counting.metrics"]

_NOWHERE = "https://example.org"
# What the header and footer show; the emblem is the deployer's own (红十字标志使用办法 Arts. 13, 16-18).
PORTAL = {
    "name": env_text("PORTAL_NAME", "红十字会公开平台"),
    "organisation": env_text("PORTAL_ORGANISATION", ""),
    "address": env_text("PORTAL_ADDRESS", ""),
    "phone": env_text("PORTAL_PHONE", ""),
    "credit_code": env_text("PORTAL_CREDIT_CODE", ""),
    "fundraising_certificate": env_text("PORTAL_FUNDRAISING_CERTIFICATE", ""),
    "icp_number": env_text("PORTAL_ICP_NUMBER", ""),
    "police_number": env_text("PORTAL_POLICE_NUMBER", ""),
    "emblem_file": env_text("PORTAL_EMBLEM_FILE", ""),
    # The page of the national system on which one registers as a donor of organs (人体器官捐献和移植条例 Art. 13); the
    # demo leads to nowhere, so that its notice can be seen.
    "organ_registry_url": env_text("PORTAL_ORGAN_REGISTRY_URL", f"{_NOWHERE}/organ" if DEMO else ""),
    # The pages of the national registry of stem-cell donors (中华骨髓库) on which one enrols.
    "stemcell_registry_url": env_text("PORTAL_STEMCELL_REGISTRY_URL", f"{_NOWHERE}/stemcell" if DEMO else ""),
}

# 第 n 例: how many collections of stem cells the province counted before it kept them here.
STEM_COLLECTIONS_BEFORE = env_int("STEM_COLLECTIONS_BEFORE", 0, minimum=0, maximum=1_000_000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.logs.WithoutValuesFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_text("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # The audit trail has failed sign-ins, without what was typed.
        "axes": {"level": "ERROR"},
    },
}
# W006 asks to lock by address too, against rotated browsers: we lock by login, whatever the browser.
# Whether all sub-domains use HTTPS only, and stand in the lists of browsers, is for the owner of the domain to say.
SILENCED_SYSTEM_CHECKS = ["axes.W006", "security.W005", "security.W021"]
