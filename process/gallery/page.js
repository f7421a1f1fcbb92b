// What the reader does: choose, take, go back, start over, switch the language, follow a link.

const OURS = "walked"; // marks what the reader walked here: the browser's back button brings it back in the language of now

function choose(goal) {
  Object.assign(trip, { goal, place: data.beginnings[goal], moves: [] });
  settle();
}

function take(move) {
  trip.moves.push(move);
  trip.place = move.target;
  settle();
}

function back() {
  if (trip.moves.length) trip.place = trip.moves.pop().source;
  else trip.goal = trip.place = null;
  settle();
}

function reset() {
  Object.assign(trip, { goal: null, place: null, moves: [] });
  settle();
}

function settle() {
  notice(null);
  render();
  if (location.hash !== addressOf(trip)) history.pushState(OURS, "", addressOf(trip));
  (trip.place === null ? $("start-title") : $("state")).focus({ preventScroll: true });
  (trip.place === null ? $("start") : $("now")).scrollIntoView({ block: "nearest" });
  announce();
}

function speak(chosen) {
  trip.lang = chosen;
  notice(null);
  render();
  history.replaceState(OURS, "", addressOf(trip));
  announce();
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
  const chosen = trip.lang;
  trip = tripOf(location.hash, chosen);
  if (history.state === OURS && trip.lang !== chosen) {
    trip.lang = chosen;
    history.replaceState(OURS, "", addressOf(trip));
  }
  render();
  notice(trip.wrong && say(...trip.wrong));
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
$("smaller").addEventListener("click", () => zoom(1 / 1.25));
$("larger").addEventListener("click", () => zoom(1.25));
$("whole").addEventListener("click", () => zoom(0));
addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, select")) return;
  if (/^[1-9]$/.test(event.key)) document.querySelector(`.side > :not([hidden]) [aria-keyshortcuts="${event.key}"]`)?.click();
});
addEventListener("hashchange", () => {
  if (location.hash !== addressOf(trip)) open();
});
addEventListener("resize", resize);
open();

// For tests and the curious: `show(place)` draws any configuration, as if a case had come there.
window.stepThrough = Object.freeze({
  configurations: data.configurations.length,
  show(place) {
    Object.assign(trip, { goal: configuration(place).goal, place, moves: [] });
    notice(null);
    render();
  },
});
