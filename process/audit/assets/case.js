// One case: its events, its path in the diagram with numbered steps, and the illegal event.

const SVG = "http://www.w3.org/2000/svg";
const READABLE = 1.0; // pixels per unit of the diagram, below which its smallest words are hard to read
const PILL = 14; // the height of a number in the diagram, in units
let opened = null; // the index of the case that is shown

const picture = () => document.querySelector(`svg.picture[data-view="path"][data-lang="${lang}"]`);
const part = (id) => picture().querySelector(`[id="${lang}-${id}"]`);
const nodeOf = (state) => (state === null ? null : part(`state-${state}`));

function openCase(index) {
  opened = index;
  renderCase();
  markOpened();
  location.replace(`#case=${encodeURIComponent(data.cases[index][0])}`);
  $("case-title").focus({ preventScroll: true });
  $("case").scrollIntoView({ block: "start" });
  $("live").textContent = `${$("case-title").textContent}. ${$("verdict").querySelector("p").textContent}`;
}

function closeCase() {
  const button = document.querySelector(`[data-case="${opened}"]`);
  opened = null;
  renderCase();
  markOpened();
  history.replaceState(null, "", "#deviations");
  (button ?? $("list-title")).focus();
}

function renderCase() {
  $("no-case").hidden = opened !== null;
  $("opened").hidden = opened === null;
  if (opened === null) return;
  const [id, place, ...times] = data.cases[opened];
  const variant = data.variants[place];
  const pattern = data.patterns[variant.pattern];
  $("case-title").textContent = say("caseTitle", { id });
  $("case-about").textContent = say("about", {
    goal: words(variant.goal === null ? null : data.goals[variant.goal]), count: number(variant.cases),
  });
  $("verdict").replaceChildren(
    make("p", { class: "illegal" }, "✗ ", say("verdict", {
      position: variant.position, event: eventWords(pattern.event), state: stateWords(pattern.state),
    })),
    make("h3", {}, text("why")),
    make("p", { id: "why" }, words(variant.reason), " ", ...pattern.codes.map((code) => make("code", {}, code))),
    make("h3", {}, text("should")),
    repairList(variant.repair),
    make("h3", {}, text("breaks")),
    pattern.requirements.length
      ? make("ul", { class: "rules" }, ...pattern.requirements.map((name) => ruleItem(data.requirements.find((one) => one.id === name))))
      : make("p", {}, text("breaksNone")),
  );
  $("steps").replaceChildren(...variant.steps.map((step, index) => stepItem(step, index + 1, variant.position, times[index])));
  renderPath(variant);
}

const ruleItem = (rule) => make("li", { "data-requirement": rule.id }, make("span", { class: "tag" }, rule.id), " ", words(rule.sentence),
  make("small", {}, say("inBrackets", { words: words(rule.source) })));

function stepItem([event, by, details, target], position, illegal, time) {
  const kind = position < illegal ? "legal" : position === illegal ? "illegal" : "after";
  return make(
    "li",
    { class: kind, "data-event": event, "aria-current": kind === "illegal" ? "step" : null },
    time ? make("time", { datetime: time }, clock(time)) : null,
    " ",
    chip(by),
    " ",
    make("span", { class: "name" }, eventWords(event), words(details) ? make("small", {}, say("inBrackets", { words: words(details) })) : null),
    " ",
    kind === "legal" && target ? make("span", { class: "to" }, `→ ${stateWords(target)}`) : null,
    kind === "illegal" ? make("strong", {}, `✗ ${text("illegal")}`) : null,
    position === illegal + 1 ? make("small", {}, say("inBrackets", { words: text("after") })) : null,
  );
}

// ------------------------------------------------------------------------------------------------------- the diagram

function renderPath(variant) {
  document.querySelectorAll('svg.picture[data-view="path"]').forEach((svg) => {
    svg.toggleAttribute("hidden", svg !== picture());
    svg.querySelectorAll(".mark").forEach((mark) => mark.remove());
    svg.querySelectorAll(".was-taken, .was-here, .is-stopped, .is-illegal").forEach((one) => one.classList.remove("was-taken", "was-here", "is-stopped", "is-illegal"));
  });
  $("case-pane").append(picture());
  picture().classList.add("has-path");
  const numbers = new Map();
  variant.steps.slice(0, variant.position - 1).forEach(([, , , target, arrow], index) => {
    nodeOf(target)?.classList.add("was-here");
    if (arrow && part(arrow)) numbers.set(arrow, [...(numbers.get(arrow) ?? []), index + 1]);
  });
  const { state, arrows, target } = variant.illegal;
  nodeOf(state)?.classList.add("is-stopped");
  resize();
  const taken = obstacles();
  numbers.forEach((steps, arrow) => {
    part(arrow).classList.add("was-taken");
    drawNumber(pointsOn(part(arrow).querySelector("path")), steps.length > 3 ? `${steps.slice(0, 3).join(",")}…` : steps.join(","), "step", taken);
  });
  const label = `✗ ${variant.position}`;
  const own = arrows.map(part).filter(Boolean);
  own.forEach((arrow) => {
    arrow.classList.add("is-illegal");
    drawNumber(pointsOn(arrow.querySelector("path")), label, "stop", taken);
  });
  if (!own.length && nodeOf(state)) drawLeap(nodeOf(state), state === target ? null : nodeOf(target), label, taken);
  showNode(nodeOf(state));
}

const centre = (box) => [box.x + box.width / 2, box.y + box.height / 2];
const shapeOf = (node) => node.querySelector("polygon:last-of-type, path, ellipse").getBBox();
const overlaps = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const boxes = () => [...picture().querySelectorAll(".node:has(polygon, path, ellipse)")].map(shapeOf);
const obstacles = () => [...[...picture().querySelectorAll("text")].map((one) => one.getBBox()), ...boxes()];

// Points along a line, those nearest to its middle first.
function pointsOn(line) {
  const length = line.getTotalLength();
  const found = [];
  for (let at = 0; at <= length; at += 3) found.push([Math.abs(at - length / 2), line.getPointAtLength(at)]);
  return found.sort((a, b) => a[0] - b[0]).map(([, point]) => [point.x, point.y]);
}

// A number on a line, or beside it, at the first of the points where it lies on nothing else; else at the first of all.
function drawNumber(points, label, kind, taken) {
  const width = Math.max(PILL, label.length * 6 + 6);
  const boxAt = ([x, y]) => ({ x: x - width / 2, y: y - PILL / 2, width, height: PILL });
  const beside = [1, 2, 3].flatMap((far) => {
    const [across, down] = [width / 2 + 4 * far, PILL / 2 + 4 * far];
    return points.flatMap(([x, y]) => [[x + across, y], [x - across, y], [x, y + down], [x, y - down]]);
  });
  const at = [...points, ...beside].find((point) => !taken.some((other) => overlaps(boxAt(point), other))) ?? points[0];
  const box = boxAt(at);
  taken.push(box);
  draw("rect", { ...box, rx: PILL / 2, class: `mark ${kind}` });
  draw("text", { x: at[0], y: at[1] + 3.5, "text-anchor": "middle", "font-size": 10, class: `mark ${kind}` }).textContent = label;
}

// A broken line from the state where the case stood to the one to which the illegal event leads elsewhere. It is bent to
// that side on which fewer boxes are in its way.
function drawLeap(from, to, label, taken) {
  const [a, b] = [shapeOf(from), to && shapeOf(to)];
  if (!b) {
    drawNumber([[a.x + a.width, a.y], [a.x, a.y], [a.x + a.width, a.y + a.height]], label, "stop", taken);
    return;
  }
  const others = boxes().filter((box) => !overlaps(box, a) && !overlaps(box, b));
  const lines = [1, -1].map((side) => leap(a, b, side)).map((line) => [line, pointsOn(line).filter(([x, y]) => others.some((box) => overlaps(box, { x, y, width: 1, height: 1 }))).length]);
  const [[line], [worse]] = lines.sort((one, other) => one[1] - other[1]);
  worse.remove();
  const length = line.getTotalLength();
  const [tip, foot] = [line.getPointAtLength(length), line.getPointAtLength(length - 12)];
  const [dx, dy] = [(tip.x - foot.x) * 5 / 12, (tip.y - foot.y) * 5 / 12];
  draw("polygon", { points: `${tip.x},${tip.y} ${foot.x - dy},${foot.y + dx} ${foot.x + dy},${foot.y - dx}`, class: "mark leap" });
  drawNumber(pointsOn(line), label, "stop", taken);
}

function leap(a, b, side) {
  const [[ax, ay], [bx, by]] = [centre(a), centre(b)];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const bulge = side * Math.min(length * 0.5, 110);
  const bend = [(ax + bx) / 2 + ((by - ay) / length) * bulge, (ay + by) / 2 - ((bx - ax) / length) * bulge];
  return draw("path", { d: `M${edgeOf(a, bend)}Q${bend} ${edgeOf(b, bend)}`, class: "mark leap" });
}

// Where a line from the middle of a box towards a point leaves the box.
function edgeOf(box, [x, y]) {
  const [cx, cy] = centre(box);
  const share = Math.min(box.width / 2 / (Math.abs(x - cx) || 1e-9), box.height / 2 / (Math.abs(y - cy) || 1e-9), 1);
  return [cx + (x - cx) * share, cy + (y - cy) * share];
}

function draw(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  picture().querySelector("g.graph").append(element);
  return element;
}

// As large as the pane is wide, but large enough to be read.
function resize() {
  document.querySelectorAll(".pane > svg.picture:not([hidden])").forEach((svg) => {
    const { width, height } = svg.viewBox.baseVal;
    const scale = Math.max(svg.parentElement.clientWidth / width, READABLE * (matchMedia("(max-width: 1000px)").matches ? 1 : 0.8));
    svg.style.width = `${width * scale}px`;
    svg.style.height = `${height * scale}px`;
  });
}

function showNode(node) {
  if (!node) return;
  const [box, pane] = [node.getBoundingClientRect(), $("case-pane").getBoundingClientRect()];
  $("case-pane").scrollTo({
    left: $("case-pane").scrollLeft + box.x + box.width / 2 - pane.x - pane.width / 2,
    top: $("case-pane").scrollTop + box.y + box.height / 2 - pane.y - pane.height / 2,
  });
}
