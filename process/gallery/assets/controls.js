// The reader's actions: choose a goal, take an edge, go back, start over, switch the language, follow a link.

const OURS = "taken here"; // history entries of this page: the browser's back button returns to them in the current language

function choose(goal) {
  beginAt(path, data.starts[goal]);
  settle();
}

function take(edge) {
  append(path, edge);
  settle();
}

function back() {
  if (path.edges.length) path.index = path.edges.pop().source;
  else path = emptyPath(path.lang);
  settle();
}

function reset() {
  path = emptyPath(path.lang);
  settle();
}

function settle() {
  notice(null);
  render();
  if (location.hash !== fragmentOf(path)) history.pushState(OURS, "", fragmentOf(path));
  (path.index === null ? $("start-title") : $("state")).focus({ preventScroll: true });
  (path.index === null ? $("start") : $("now")).scrollIntoView({ block: "nearest" });
  announce();
}

function speak(chosen) {
  path.lang = chosen;
  notice(null);
  render();
  history.replaceState(OURS, "", fragmentOf(path));
  announce();
}

async function openFile(file) {
  const opened = pathOfSnapshot(await file.text(), path.lang);
  if (opened.index !== null) path = opened;
  settle();
  notice(opened.problem && say(...opened.problem));
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    $("live").textContent = $("copy").textContent = text("copied");
  } catch {
    $("link").hidden = false;
    $("link").value = location.href;
    $("link").select();
  }
}

function open() {
  const chosen = path.lang;
  path = pathOf(location.hash, chosen);
  if (history.state === OURS && path.lang !== chosen) {
    path.lang = chosen;
    history.replaceState(OURS, "", fragmentOf(path));
  }
  render();
  notice(path.problem && say(...path.problem));
  announce();
}

document.querySelectorAll("[data-choose-lang]").forEach((button) => {
  button.addEventListener("click", () => speak(button.dataset.chooseLang));
});
$("back").addEventListener("click", back);
$("reset").addEventListener("click", reset);
$("copy").addEventListener("click", copy);
$("as").addEventListener("change", () => {
  as = Number($("as").value);
  renderBlocked();
});
$("save-svg").addEventListener("click", () => save("svg"));
$("save-png").addEventListener("click", () => save("png"));
$("choose-file").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (file) openFile(file);
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) openFile(file);
});
$("smaller").addEventListener("click", () => zoom(1 / 1.25));
$("larger").addEventListener("click", () => zoom(1.25));
$("whole").addEventListener("click", () => zoom(0));
addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, select")) return;
  if (/^[1-9]$/.test(event.key)) document.querySelector(`.side > :not([hidden]) [aria-keyshortcuts="${event.key}"]`)?.click();
});
addEventListener("hashchange", () => {
  if (location.hash !== fragmentOf(path)) open();
});
addEventListener("resize", resize);
open();

// For tests: `show(index)` shows any configuration, without a path to it.
window.stepThrough = Object.freeze({
  configurations: data.configurations.length,
  show(index) {
    beginAt(path, index);
    notice(null);
    render();
  },
});
