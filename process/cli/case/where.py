"""``case where``: prints which database is used."""

from __future__ import annotations

from pathlib import Path

from process.cli.database import opened
from process.cli.options import DbOption, JsonOption, LangOption, lang_of
from process.cli.output.streams import as_json, say
from process.model import Words


def where_cases_are(db: DbOption = None, json: JsonOption = False, lang: LangOption = None) -> None:
    """显示所用的数据库（不含密码）· Print the address of the database that the commands use, without its password."""
    language = lang_of(lang)
    with opened(db, language, create=False, connect=False) as (_, engine):
        url, path = engine.url, engine.url.database
        address = url.set(password=None, username=None, query={}).render_as_string()
        exists = Path(path).exists() if url.get_backend_name() == "sqlite" and path else None
    if json:
        say(as_json({"url": address, "exists": exists}))
    elif exists is False:
        say(address + Words("（尚未建立）", " (not created yet)").of(language))
    else:
        say(address)
