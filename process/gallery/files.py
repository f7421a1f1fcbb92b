"""The files in ``diagrams/``: every picture in every language, the page, and a README that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from process.diagram.overwrite_guard import MARK, check_overwrites
from process.diagram.render import FORMATS, LANGUAGES, draw
from process.diagram.view_options import View
from process.gallery import page
from process.model import MODEL, Model, Words

_FORMATS = ("svg", "dot", "mermaid")

SENTENCES = {
    View.OVERVIEW: Words(
        "从登录到各种结局的全部状态与事件；从任一未结束状态都可能发生的事件只画一次。",
        "All states and events from sign-in to the end states. Events that are possible in any open state are drawn once.",
    ),
    View.SELF_SERVICE: Words(
        "不求助客服、不走弯路时的第 1 至 5 步。",
        "Steps 1 to 5 without customer service and without detours.",
    ),
    View.FACE_VERIFICATION: Words(
        "系统何时跳过核验，核验有哪些方式与次数，以及想取消人脸验证本身时为何须找客服。",
        "When verification is skipped, which methods there are and how often each may be tried, and how the face "
        "verification itself is removed.",
    ),
    View.SUPPORT: Words(
        "怎样会转到客服，客服能做什么，又怎样回到自助办理。",
        "What leads to customer service, what an agent can do, and how the customer returns to self-service.",
    ),
    View.ENDS: Words(
        "每一种结局由哪些途径到达。",
        "How each end state is reached.",
    ),
}

_HEAD = f"""\
<!-- {MARK} -->
# 流程图 · Diagrams

由 `process/model/table.py` 生成，请勿手工修改；用 `python -m process draw` 重新生成。
Generated from `process/model/table.py`. Do not edit these files; run `python -m process draw`.

点开 [index.html](index.html) 可逐步走一遍流程。 · Open [index.html](index.html) to step through the process.

中英双语的全流程图较大，按 A3 横向排版；其余按 A4 横向。
The overview in both languages fits A3 landscape, the other diagrams A4 landscape.
"""


def write(
    out: str | Path = "diagrams", *, force: bool = False, progress: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Write the whole gallery to the folder *out* and return its files.

    Args:
        force: replace also files that this program did not write.
        progress: called with the number of pictures that are drawn, and of all, as each is done.

    Raises:
        WouldOverwrite: a file of the gallery's name stands there that this program did not write; nothing was written.
        CannotDraw: the search for a layout took too long.
    """
    folder = Path(out)
    index, start_page = folder / "README.md", folder / "index.html"
    pictures = [f"{view}.{lang}.{FORMATS[name]}" for view in View for lang in LANGUAGES for name in _FORMATS]
    if not force:
        check_overwrites(folder, [*pictures, index.name, start_page.name])
    folder.mkdir(parents=True, exist_ok=True)
    index.write_bytes(readme().encode())
    written = draw(folder, formats=_FORMATS, force=True, progress=progress)
    drawn = {lang: (folder / f"{View.OVERVIEW}.{lang}.svg").read_text(encoding="utf-8") for lang in page.LANGUAGES}
    start_page.write_bytes(page.page_html(drawn).encode())
    return [*written, index, start_page]


def write_page(path: str | Path, *, force: bool = False) -> Path:
    """Write the page alone, and return its file.

    Args:
        force: replace the file also where this program did not write it.

    Raises:
        WouldOverwrite: a file of that name stands there that this program did not write.
    """
    path = Path(path)
    if not force:
        check_overwrites(path.parent, [path.name])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page.page_html().encode())
    return path


def readme(model: Model = MODEL) -> str:
    """Return the gallery's README: the pictures with a sentence each, then tables of states, events and transitions."""
    return "\n".join([_HEAD, *_pictures(), *_state_lines(model), *_event_lines(model), *_transition_lines(model)])


def _pictures() -> Iterator[str]:
    for view in View:
        yield f"## {view.words.zh} · {view.words.en}\n"
        yield f"{SENTENCES[view].zh}\n{SENTENCES[view].en}\n"
        for lang in LANGUAGES:
            name = f"{view}.{lang}"
            yield f"![{_alt(view, lang)}]({name}.svg)\n"
            yield f"[SVG]({name}.svg) · [DOT]({name}.dot) · [Mermaid]({name}.mmd)\n"


def _alt(view: View, lang: str) -> str:
    return " · ".join(view.words) if lang == "both" else view.words.of(lang)


def _state_lines(model: Model) -> Iterator[str]:
    rows = []
    for state, info in model.states.items():
        phase = f"{info.phase.number} {info.phase.words.zh} {info.phase.words.en}" if info.phase else "结局 end"
        owners = dict.fromkeys(responsibility.owner for responsibility in reversed(info.responsibilities))
        whose = "；".join(_zh_en(owner.words) for owner in owners)
        meant = _zh_en(info.end.words) if info.end else ""
        deadline = f"{info.deadline.total_seconds() / 3600:g} h" if info.deadline else ""
        rows.append((f"`{state}`", *state.words, phase, whose or meant, deadline))
    yield "## 状态 · States\n"
    yield from _table_lines(("state", "中文", "English", "步骤 phase", "由谁行动 waiting for", "期限 deadline"), rows)


def _event_lines(model: Model) -> Iterator[str]:
    rows = []
    for event, fields in model.events.items():
        by = "、".join(_zh_en(actor.words) for actor in model.actors[event])
        rows.append((f"`{event}`", *event.words, by, ", ".join(f"`{name}`" for name in fields)))
    yield "## 事件 · Events\n"
    yield from _table_lines(("event", "中文", "English", "由谁发起 raised by", "内容 payload"), rows)


def _transition_lines(model: Model) -> Iterator[str]:
    rows = []
    for number, row in enumerate(model.table, 1):
        sources = ", ".join(f"`{source}`" for source in row.sources)
        by = "、".join(actor.words.zh for actor in row.by)
        guards = "<br>".join(_zh_en(guard.condition) for guard in row.guards)
        effects = "<br>".join(_zh_en(effect.words) for effect in row.effects)
        rows.append((str(number), sources, f"`{row.event}` {row.event.words.zh}", by, f"`{row.target}`", guards, effects))
    yield "## 流转 · Transitions\n"
    yield "同一事件的各行自上而下尝试，取第一个条件全部满足的。\n"
    yield "The rows of an event are tried from top to bottom; the first whose conditions are all met is taken.\n"
    yield from _table_lines(("#", "从 from", "事件 event", "由谁 by", "到 to", "条件 conditions", "随后 effects"), rows)


def _zh_en(words: Words) -> str:
    return words.zh if words.zh == words.en else f"{words.zh} {words.en}"


def _table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""
