// The diagram: marks the current state, the path taken and the possible next events, and keeps the current state in view.

const READABLE = 0.9; // pixels per unit at which the smallest words of the diagram can be read
const CLOSE = 1.1; // the same on a screen that is held in the hand
const TOLERABLE = 0.7; // where the diagram fits the width at this scale, nobody should have to scroll sideways
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

let resizing = 0; // the animation frame in which the diagram is fitted next
let scale = null; // chosen by the reader, in pixels per unit; null: what suits the screen; 0: the whole diagram

const picture = () => document.querySelector(`svg.picture[data-lang="${path.lang}"]`);
const nodeOf = (state) => picture().querySelector(`[id="${path.lang}-state-${state.name}"]`);

// The arrows of an edge: those of its row, and of these those that leave its state, where the diagram has such.
// An arrow's id names the states that it leaves and, last, the one that it leads to: `arrow-<from>-…-<to>`.
function arrowsOf(edge) {
  const ofRow = [...picture().querySelectorAll(`.row-${edge.row}`)];
  const own = ofRow.filter((arrow) => arrow.id.split("-").slice(2, -1).includes(stateOf(edge.source).name));
  return own.length ? own : ofRow;
}

function mark(name, elements) {
  document.querySelectorAll(`svg.picture .${name}`).forEach((element) => element.classList.remove(name));
  elements.forEach((element) => element?.classList.add(name));
}

function renderPicture() {
  document.querySelectorAll("svg.picture").forEach((svg) => svg.toggleAttribute("hidden", svg !== picture()));
  picture().classList.toggle("has-path", path.index !== null);
  mark("is-next", []);
  mark("is-possible", path.index === null ? [] : edgesAt(path.index).flatMap(arrowsOf));
  mark("was-here", path.edges.map((edge) => nodeOf(stateOf(edge.source))));
  mark("was-taken", path.edges.flatMap(arrowsOf));
  mark("is-last", path.edges.length ? arrowsOf(path.edges.at(-1)) : []);
  mark("is-here", path.index === null ? [] : [nodeOf(stateOf(path.index))]);
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(resize);
}

function resize() {
  const { width, height } = picture().viewBox.baseVal;
  const pane = $("pane");
  const [wide, high] = [pane.clientWidth / width, pane.clientHeight / height];
  const whole = Math.min(wide, high);
  const large = path.index === null ? whole : Math.max(whole, Math.min(wide, READABLE));
  const suits = wide < TOLERABLE ? CLOSE : large;
  const shown = scale === null ? suits : scale || whole;
  picture().style.width = `${width * shown}px`;
  picture().style.height = `${height * shown}px`;
  pane.dataset.scale = String(shown);
  const target = nodeOf(stateOf(path.index ?? data.starts[0]));
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
