"""Settings, for the database and the time zones that the environment names."""

import json
import os
from importlib.util import find_spec

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
