"""A wrong call: it ends with exit code 2, and with one sentence in the language asked for."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from process.cli import app

CALLS = [
    (
        "run",
        "缺少 FILE。用法见 installment-cancellation run --help。",
        "FILE is missing; see installment-cancellation run",
    ),
    ("run file --lan", "没有选项 --lan（您是想写 --lang 吗？）", "no such option: --lan (did you mean --lang?)"),
    ("show --everything", "没有选项 --everything。用法见", "no such option: --everything; see"),
    ("draw --out", "选项 --out 之后须有值。", "option --out needs a value"),
    ("shwo", "没有命令 shwo（您是想写 show 吗？）。", "no such command: shwo (did you mean show?)"),
    ("xyzzy", "没有命令 xyzzy。用法见", "no such command: xyzzy; see"),
    ("show more", "多余的参数：more。", "unexpected argument: more; see installment-cancellation show --help"),
    ("case list --limit -1", "--limit 不能是 '-1'，至少为 0。", "--limit can't be '-1'; it must be at least 0"),
    (
        "walk --goal plans",
        "--goal 不能是 'plans'（您是想写 plan 吗？），可用：",
        "(did you mean plan?); use one of",
    ),
    (
        "case event a sign-in",
        "EVENT 不能是 'sign-in'（您是想写 sign_in",
        "(did you mean sign_in",
    ),
]


@pytest.mark.parametrize(("call", "zh", "en"), CALLS, ids=[call for call, _, _ in CALLS])
def test_what_is_wrong_with_a_call_is_told_in_the_language(call: str, zh: str, en: str) -> None:
    for lang, told in (("zh_CN.UTF-8", zh), ("en_GB.UTF-8", en)):
        done = CliRunner(env={"LC_ALL": lang, "TERM": "dumb", "COLUMNS": "200"}).invoke(app, call.split())
        assert done.exit_code == 2
        assert done.stdout == ""
        assert told in done.stderr


@pytest.mark.parametrize("asked", [["--lang", "zh"], ["--lang=zh"]])
def test_the_language_asked_for_goes_before_the_locale_s(asked: list[str]) -> None:
    done = CliRunner(env={"LC_ALL": "en_GB.UTF-8"}).invoke(app, ["show", *asked, "--everything"])
    assert done.stderr == "没有选项 --everything。用法见 installment-cancellation show --help。\n"


def test_a_language_that_is_none_is_refused_in_the_locale_s() -> None:
    done = CliRunner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(app, ["show", "--lang", "fr"])
    assert (done.exit_code, done.stderr) == (
        2,
        "--lang 不能是 'fr'，可用：zh、en。用法见 installment-cancellation show --help。\n",
    )


def test_a_command_without_anything_still_shows_its_help() -> None:
    for call in ([], ["case"]):
        done = CliRunner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(app, call)
        assert "用法：" in done.output
        assert "用法见" not in done.output
