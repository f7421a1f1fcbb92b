"""Results that take long to find: those for the released model's pictures come with the package, in ``precomputed.json``.

Each result stands under a key: a digest of everything that it follows from. So a result is used only for the very same
question, and whatever has changed is found anew. ``python -m process draw`` writes the file; a test holds it fresh.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("precomputed.json")


def digest(*parts: object) -> str:
    """Make a key of the parts: equal for two lists of parts only if they print the same."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def source_digest(*files: str) -> str:
    """A key of source files, whatever their line ends."""
    return digest(*(Path(file).read_text(encoding="utf-8") for file in files))


def look_up(key: str) -> Any:
    """The result under *key*; None where there is none."""
    return results().get(key)


@cache
def results() -> Mapping[str, Any]:
    """All results, by key."""
    try:
        found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def write_results(found: Mapping[str, Any]) -> bool:
    """Write these results, and no others, to the file; return False if it holds just them already."""
    lines = (f"{json.dumps(key)}: {json.dumps(found[key], separators=(',', ':'))}" for key in sorted(found))
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return False
    FILE.write_bytes(text.encode())
    results.cache_clear()
    return True
