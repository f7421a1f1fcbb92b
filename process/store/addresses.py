"""Addresses of databases: read strictly, and shown without passwords."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from process.model import Words

_SECRETS: Final = ("password", "sslpassword", "passwd", "ssl_key_password")  # as the drivers call them


class AddressInvalid(ValueError):
    """The text is not an address that can be used, in both languages."""

    def __init__(self, zh: str = "这不是可用的数据库的地址", en: str = "not the address of a known database") -> None:
        super().__init__(en)
        self.words = Words(zh, en)


def parse_address(url: str) -> URL:
    """The parts of an address of a kind that the store knows.

    Raises:
        AddressInvalid: it is of no such kind. The message holds no part of the address.
    """
    try:
        url.encode()
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise AddressInvalid from None
    except UnicodeEncodeError:
        raise AddressInvalid("地址中有无效字符", "the address has characters that are not text") from None
    except ValueError:
        raise AddressInvalid("地址中的端口不是数字", "the port in the address is not a number") from None
    if backend == "sqlite" and parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed
    if backend not in ("postgresql", "mysql", "mariadb"):
        known = "sqlite:///, postgresql://, mysql+pymysql://, mariadb+pymysql://"
        raise AddressInvalid(f"地址须以此开头：{known}", f"the address must begin with one of {known}")
    if url.count("@") > 1 or ("@" in url and parsed.username is None):  # a part of the password would be taken for the host
        raise AddressInvalid(
            "用户名或密码中的 @、/、: 须写作 %40、%2F、%3A",
            "in a user name or password @ is written %40, / is written %2F, and : is written %3A",
        )
    return parsed


def without_secrets(parsed: URL) -> tuple[URL, dict[str, Any]]:
    """The address without the passwords among its options, which a repr of the engine would show, and these passwords."""
    secrets = {name: parsed.query[name] for name in _SECRETS if name in parsed.query}
    return parsed.difference_update_query(list(secrets)), secrets


def shown_address(url: str) -> str:
    """An address without user name, password and options."""
    try:
        parsed = parse_address(url)
    except ValueError:
        scheme, colon, _ = url.partition("://")
        return f"{scheme}://…" if colon and re.fullmatch(r"[a-z0-9+]{1,30}", scheme) else "…"
    return URL.create(parsed.drivername, host=parsed.host, port=parsed.port, database=parsed.database).render_as_string()
