"""Settings, for the database, the time zones and the broken store that the environment names."""

import json
import os
from importlib.util import find_spec

from tests.support import broken_stores

DATABASES = {"default": json.loads(os.environ["DJANGO_SHOP_DATABASE"])}
if DATABASES["default"]["ENGINE"].endswith("mysql") and find_spec("MySQLdb") is None:
    import pymysql

    pymysql.install_as_MySQLdb()  # mysqlclient has no wheel

INSTALLED_APPS = ["tests.support.django_shop"]
ROOT_URLCONF = "tests.support.django_shop.views"
ALLOWED_HOSTS = ["*"]
SECRET_KEY = "for tests alone"  # noqa: S105
USE_TZ = os.environ.get("DJANGO_SHOP_USE_TZ") == "1"
TIME_ZONE = "Asia/Shanghai"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE: list[str] = []
broken_stores.break_it(os.environ.get("DJANGO_SHOP_BROKEN"))
