from __future__ import annotations


def trips() -> None:
    raise NotImplementedError
