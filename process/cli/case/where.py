"""``case where``: prints which database is used."""

from __future__ import annotations

from pathlib import Path

from process.cli.call_language import LangOption, lang_of
from process.cli.database import address_of, the_store
from process.cli.options import DbOption, JsonOption
from process.cli.output.streams import as_json, say, unusable
from process.model import Words


def where_cases_are(db: DbOption = None, json: JsonOption = False, lang: LangOption = None) -> None:
    """显示所用的数据库，不含密码 · Print the address of the database that the commands use, without its password."""
    language = lang_of(lang)
    store, address = the_store(language), address_of(db, language)
    try:
        url = store.create_engine(address).url
    except store.AddressInvalid as error:
        unusable(error.words.of(language))
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    exists = Path(url.database).exists() if is_file else None
    shown = store.shown_address(address)
    if json:
        say(as_json({"url": shown, "exists": exists}))
    elif exists is False:
        say(shown + Words("（尚未建立）", " (not created yet)").of(language))
    else:
        say(shown)
