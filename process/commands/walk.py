from __future__ import annotations


def walk() -> None:
    raise NotImplementedError
