"""The reader's language, where nobody has chosen one: for the command line and for notebooks."""

from __future__ import annotations

import locale
import os


def reader_language() -> str:
    """Return ``"zh"`` where the locale is Chinese, else ``"en"``."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
