// The picture: marks where the trip stands, the way it went and what may come next, and keeps that in view.

const READABLE = 0.9; // pixels per unit at which the smallest words of the picture can be read
const TOLERABLE = 0.7; // where the picture is not narrower than this, nobody should have to scroll sideways
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

let resizing = 0; // the frame in which the picture is fitted next
let scale = null; // chosen by the reader, in pixels per unit; null: what suits the screen; 0: the whole picture

const picture = () => document.querySelector(`svg.picture[data-lang="${trip.lang}"]`);
const nodeOf = (state) => picture().querySelector(`[id="${trip.lang}-state-${state.name}"]`);

// The arrows that stand for a move: those of its row, and among them those that leave its state, where the picture has such.
// An arrow's id names the states that it leaves and, last, the one that it leads to: `arrow-<from>-…-<to>`.
function arrowsOf(move) {
  const ofRow = [...picture().querySelectorAll(`.row-${move.row}`)];
  const own = ofRow.filter((arrow) => arrow.id.split("-").slice(2, -1).includes(stateAt(move.source).name));
  return own.length ? own : ofRow;
}

function mark(name, elements) {
  document.querySelectorAll(`svg.picture .${name}`).forEach((element) => element.classList.remove(name));
  elements.forEach((element) => element?.classList.add(name));
}

function renderPicture() {
  document.querySelectorAll("svg.picture").forEach((svg) => svg.toggleAttribute("hidden", svg !== picture()));
  picture().classList.toggle("is-walked", trip.place !== null);
  mark("is-next", []);
  mark("may-be", trip.place === null ? [] : movesAt(trip.place).flatMap(arrowsOf));
  mark("was-here", trip.moves.map((move) => nodeOf(stateAt(move.source))));
  mark("was-taken", trip.moves.flatMap(arrowsOf));
  mark("is-last", trip.moves.length ? arrowsOf(trip.moves.at(-1)) : []);
  mark("is-here", trip.place === null ? [] : [nodeOf(stateAt(trip.place))]);
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(resize);
}

function resize() {
  const { width, height } = picture().viewBox.baseVal;
  const pane = $("pane");
  const [wide, high] = [pane.clientWidth / width, pane.clientHeight / height];
  const whole = Math.min(wide, high);
  const suits = trip.place === null ? whole : wide < TOLERABLE ? READABLE : Math.max(whole, Math.min(wide, READABLE));
  const shown = scale === null ? suits : scale || whole;
  picture().style.width = `${width * shown}px`;
  picture().style.height = `${height * shown}px`;
  pane.dataset.scale = String(shown);
  const target = trip.place === null ? null : nodeOf(stateAt(trip.place));
  if (!target) return;
  const [box, seen] = [target.getBoundingClientRect(), pane.getBoundingClientRect()];
  pane.scrollTo({
    left: pane.scrollLeft + box.x + box.width / 2 - seen.x - seen.width / 2,
    top: pane.scrollTop + box.y + box.height / 2 - seen.y - seen.height / 2,
    behavior: CALM.matches ? "auto" : "smooth",
  });
}

function zoom(factor) {
  scale = Math.min(4, Number($("pane").dataset.scale) * factor);
  resize();
}
