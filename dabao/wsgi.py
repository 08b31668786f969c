"""WSGI entry point: `gunicorn dabao.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dabao.settings")

application = get_wsgi_application()
