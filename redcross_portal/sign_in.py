"""How people sign in, with a second factor, and how guessing is slowed; each name here is a setting."""

from redcross_portal.environment import env_bool, env_int, env_text

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "user_token": "accounts.forms.PasswordLinkForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
# A link to set a password, from an e-mail or an administrator, holds for one day and one use.
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.ActivateTotpForm",
}
# Telephones' clocks may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = env_text("PORTAL_NAME", "红十字会公开平台")
# Whether approvers and administrators must sign in with a second factor.
MFA_REQUIRED = env_bool("MFA_REQUIRED", not env_bool("DEMO", False))

AXES_FAILURE_LIMIT = env_int("LOGIN_FAILURE_LIMIT", 5, minimum=3, maximum=100)
LOGIN_LOCK_MINUTES = env_int("LOGIN_LOCK_MINUTES", 15, minimum=1, maximum=1440)
AXES_COOLOFF_TIME = LOGIN_LOCK_MINUTES / 60
# By login alone: neither does a whole office behind one address wait for one colleague, nor does guessing from many
# addresses at once help.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "accounts.lockout.login_for_lockout"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address", "code", "next", "csrfmiddlewaretoken"]
AXES_RESET_ON_SUCCESS = True
# Trying on while locked does not lengthen the lock.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_response"
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has every sign-in
AXES_ENABLE_ADMIN = False
# allauth's own limits: per address wide enough for an office; wrong codes of the second factor: twice as many.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": f"{2 * AXES_FAILURE_LIMIT}/{60 * LOGIN_LOCK_MINUTES}s/key",
    "reset_password": "60/m/ip,5/h/key",
    "reset_password_from_key": "60/m/ip",
    "change_password": "10/m/user",
    "reauthenticate": "10/m/user",
}
