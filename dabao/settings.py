"""Settings of Dabao: one file, the environment decides (docs/deployment.md lists the variables).

`DABAO_MODE=demo`, the default, makes what it lacks in the data folder and offers demo accounts.
`DABAO_MODE=production` refuses to start without its secrets, and says why.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from dabao import keys

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

DABAO_MODE = env.str("DABAO_MODE", default="demo")
if DABAO_MODE not in ("demo", "production"):
    raise ImproperlyConfigured(
        f"DABAO_MODE 只能是 demo 或 production，现在是「{DABAO_MODE}」。请改正后再启动。"
    )
PRODUCTION = DABAO_MODE == "production"
if PRODUCTION:
    keys.refuse_unfit_for_production(env.ENVIRON)

DEBUG = False
DABAO_DATA_DIR = Path(env.str("DABAO_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
# Business day of the demo (YYYY-MM-DD), the day its invented data are at; empty in production: the real day.
DABAO_TODAY = env.str("DABAO_TODAY", default="") or ("" if PRODUCTION else "2020-04-10")
SECRET_KEY = env.str("SECRET_KEY", default="") or keys.kept(DABAO_DATA_DIR, "secret_key")
DABAO_FIELD_KEY = keys.field_key(
    env.str("DABAO_FIELD_KEY", default="") or keys.kept(DABAO_DATA_DIR, "field_key")
)
DABAO_FIELD_KEYS_OLD = [keys.field_key(key) for key in env.list("DABAO_FIELD_KEYS_OLD", default=[])]
DEMO_PASSWORD = None if PRODUCTION else "Yanshi-2020"
# A phone on the local network may try the demo, by whatever address it reaches it.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])

INSTALLED_APPS = [
    "supervision",
    "reports",
    "screening",
    "dabao",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "import_export",
]

MIDDLEWARE = [
    "dabao.proxy.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "dabao.headers.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "dabao.audit.AuditMiddleware",
    "dabao.scope.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dabao.sessions.SessionMiddleware",
]

ROOT_URLCONF = "dabao.urls"
WSGI_APPLICATION = "dabao.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "dabao.templatetags.face",
                "dabao.templatetags.charts",
                "screening.templatetags.category",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "supervision.context.frame",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database and broker ---

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {"default": keys.embedded_database(DABAO_DATA_DIR)}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=5000 -c timezone=Asia/Shanghai"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="") or keys.embedded_redis_url(DABAO_DATA_DIR)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # results are rows in the database
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"

# --- People: accounts, sessions, passwords ---

AUTH_USER_MODEL = "dabao.User"
CSRF_FAILURE_VIEW = "dabao.views.errors.no_token"
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/signin/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "dabao.passwords.ComplexityValidator"},
    {"NAME": "dabao.passwords.LocalWordsValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 60  # idle; each request starts it anew
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

SECOND_FACTOR = keys.second_factor(env.str("DABAO_SECOND_FACTOR", default=""), production=PRODUCTION)

# --- Mail: only the daily digest goes out, and only where a server is named ---

_mail_url = env.str("DABAO_EMAIL_URL", default="")
MAIL_ON = bool(_mail_url)
if MAIL_ON:
    vars().update(env.email_url_config(_mail_url))
DEFAULT_FROM_EMAIL = env.str("DABAO_EMAIL_FROM", default="dabao@localhost")
EMAIL_TIMEOUT = 20
SITE_URL = env.str("DABAO_SITE_URL", default="").rstrip("/")  # as a mail names it

# --- Headers ---

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = PRODUCTION  # its X-Forwarded-For and X-Forwarded-Proto are trusted
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# --- Language, time, files ---

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DABAO_DATA_DIR / "files"), "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION  # production serves what collectstatic gathered
WHITENOISE_AUTOREFRESH = False
IMPORT_LIMITS: dict[str, int] = {}  # changes of screening.imports.limits.Limits, as {"rows": 50_000}
MEETING_FILE_LIMIT = env.int("MEETING_FILE_LIMIT_MB", default=10) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Logs: ids only, one line each ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "dabao.logs.OneLineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "dabao": {"level": "INFO"},
        "screening": {"level": "INFO"},
        "reports": {"level": "INFO"},
        "supervision": {"level": "INFO"},
        "django.db.backends": {"level": "WARNING"},
    },
}
