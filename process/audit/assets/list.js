// The list of deviations: kinds of deviation with the cases of each, filtered and sorted.

const PATTERNS_AT_ONCE = 50;
const CASES_AT_ONCE = 20;
const FILTERS = ["by-state", "by-event", "by-code", "by-requirement", "by-outcome"];
const chosen = { sort: "cases", "by-id": "" };
FILTERS.forEach((name) => { chosen[name] = ""; });
let patternsShown = PATTERNS_AT_ONCE;

const casesByPattern = data.patterns.map(() => []);
data.cases.forEach(([, variant], index) => casesByPattern[data.variants[variant].pattern].push(index));

const VALUES = {
  "by-state": (pattern) => [pattern.state ?? "?"],
  "by-event": (pattern) => [pattern.event],
  "by-code": (pattern) => pattern.codes,
  "by-requirement": (pattern) => (pattern.requirements.length ? ["*", ...pattern.requirements] : ["-"]),
  "by-outcome": (pattern) => [pattern.outcome],
};
const NAMES = {
  "by-state": (value) => stateWords(value === "?" ? null : value),
  "by-event": eventWords,
  "by-code": (value) => value,
  "by-requirement": (value) => ({ "*": text("some"), "-": text("noRequirement") })[value] ?? value,
  "by-outcome": (value) => words(data.outcomes[value]),
};

const matchesId = (index) => data.cases[index][0].toLowerCase().includes(chosen["by-id"].toLowerCase());
const casesShown = (index) => (chosen["by-id"] ? casesByPattern[index].filter(matchesId) : casesByPattern[index]);

function matchingPatterns() {
  const order = { cases: (p) => -p.cases, state: (p) => Object.keys(data.states).indexOf(p.state), event: (p) => Object.keys(data.events).indexOf(p.event) }[chosen.sort];
  return data.patterns
    .map((pattern, index) => ({ pattern, index }))
    .filter(({ pattern }) => FILTERS.every((name) => !chosen[name] || VALUES[name](pattern).includes(chosen[name])))
    .filter(({ index }) => !chosen["by-id"] || casesByPattern[index].some(matchesId))
    .sort((a, b) => order(a.pattern) - order(b.pattern) || b.pattern.cases - a.pattern.cases || a.index - b.index);
}

function renderFilters() {
  for (const name of FILTERS) {
    const counts = new Map();
    data.patterns.forEach((pattern) => VALUES[name](pattern).forEach((value) => counts.set(value, (counts.get(value) ?? 0) + pattern.cases)));
    const values = [...counts].sort((a, b) => (b[0] === "*") - (a[0] === "*") || b[1] - a[1]);
    $(name).replaceChildren(
      make("option", { value: "" }, text("any")),
      ...values.map(([value, count]) => make("option", { value }, `${NAMES[name](value)} (${number(count)})`)),
    );
    $(name).value = chosen[name];
  }
  $("sort").replaceChildren(...[["cases", "byCases"], ["state", "byState"], ["event", "byEvent"]].map(([value, key]) => make("option", { value }, text(key))));
  $("sort").value = chosen.sort;
  $("by-id").value = chosen["by-id"];
}

function renderList() {
  const found = matchingPatterns();
  const cases = found.reduce((sum, { pattern, index }) => sum + (chosen["by-id"] ? casesShown(index).length : pattern.cases), 0);
  const unknownId = chosen["by-id"].trim() && !data.cases.some((_, index) => matchesId(index));
  $("count").replaceChildren(...(unknownId ? notFound(chosen["by-id"].trim())
    : [say("patternCount", { cases: number(cases), patterns: number(found.length) })]));
  const wasOpen = new Set([...$("patterns").querySelectorAll("details[open]")].map((one) => one.dataset.pattern));
  const isOpen = (index) => wasOpen.has(String(index)) || Boolean(chosen["by-id"]);
  $("patterns").replaceChildren(...found.slice(0, patternsShown).map(({ pattern, index }) => patternItem(pattern, index, isOpen(index))));
  $("more-patterns").hidden = found.length <= patternsShown;
  const total = data.summary.deviating;
  $("left-out").textContent = data.cases.length < total
    ? say("leftOut", { total: number(total), shown: number(data.cases.length), rest: number(total - data.cases.length) }) : "";
  markOpened();
}

const place = (pattern) => say("at", { event: eventWords(pattern.event), state: stateWords(pattern.state) });
const chip = (actor) => (actor === null ? null : make("span", { class: "chip", "data-actor": actor }, words(data.actors[actor])));
const badges = (pattern) => [
  ...pattern.requirements.map((id) => make("span", { class: "tag" }, id)),
  ...(pattern.outcome === "neither" ? [] : [make("span", { class: "tag" }, words(data.outcomes[pattern.outcome]))]),
];
const repairList = (repair) => (repair === null ? make("p", {}, text("noRepair")) : make("ol", { class: "repair" }, ...repair.map((edit) => make("li", {}, words(edit)))));

function patternItem(pattern, index, open) {
  const body = make("div", { class: "pattern" });
  const details = make(
    "details",
    { "data-pattern": index, "data-event": pattern.event, "data-state": pattern.state ?? "", open },
    make("summary", {}, make("span", { class: "many" }, number(pattern.cases)), " ", make("span", {}, place(pattern)), " ", chip(pattern.by), ...badges(pattern)),
    body,
  );
  const fill = () => {
    if (body.childElementCount) return;
    body.append(
      make("p", { class: "reason" }, words(pattern.reason), " ", ...pattern.codes.map((code) => make("code", {}, code))),
      make("p", { class: "quiet" }, `${text("outcome")}${lang === "zh" ? "：" : ": "}${words(data.outcomes[pattern.outcome])}`),
      make("h3", {}, text("should")),
      make("p", { class: "quiet" }, text("ofUsual")),
      repairList(pattern.repair),
      make("h3", {}, text("caseList")),
    );
    const list = make("ul", { class: "ids" });
    const shown = casesShown(index);
    const more = make("button", { type: "button" }, text("more"));
    const add = () => {
      const from = list.childElementCount;
      list.append(...shown.slice(from, from + CASES_AT_ONCE).map(caseItem));
      more.hidden = list.childElementCount >= shown.length;
    };
    more.addEventListener("click", () => {
      const from = list.childElementCount;
      add();
      list.children[from]?.querySelector("button").focus();
    });
    add();
    body.append(list, more, shown.length ? "" : make("p", { class: "quiet" }, say("elsewhere", {})));
    markOpened();
  };
  details.addEventListener("toggle", fill);
  if (open) fill();
  return make("li", {}, details);
}

function caseItem(index) {
  const button = make("button", { type: "button", "data-case": index }, data.cases[index][0]);
  button.addEventListener("click", () => openCase(index));
  return make("li", {}, button);
}

function markOpened() {
  document.querySelectorAll("[data-case]").forEach((button) => button.setAttribute("aria-pressed", String(Number(button.dataset.case) === opened)));
}

// Set filters, the others to any, and show the list.
function filter(values) {
  FILTERS.forEach((name) => { chosen[name] = values[name] ?? ""; });
  chosen["by-id"] = values["by-id"] ?? "";
  patternsShown = PATTERNS_AT_ONCE;
  renderFilters();
  renderList();
}

function showFiltered(values) {
  filter(values);
  $("list-title").focus({ preventScroll: true });
  $("list").scrollIntoView({ block: "start" });
}

// The command that audits one case of this log.
function commandFor(id) {
  const quoted = (name) => `'${name.replaceAll("'", "'\\''")}'`;
  return `python -m process audit ${data.summary.files.length === 1 ? quoted(data.summary.files[0]) : "LOG"} --only ${quoted(id)}`;
}

function notFound(id) {
  const { conforming, unknown, deviating } = data.summary;
  const late = data.overdue.find(([name]) => name === id);
  if (late) return [say("foundLate", { id, state: stateWords(late[1]), due: clock(late[3]) })];
  const all = data.cases.length >= deviating;
  return [say("notFound", { id, all, conforming: number(conforming), unknown: number(unknown) }), make("code", {}, commandFor(id))];
}

function find(id) {
  const wanted = id.trim();
  if (!wanted) return;
  const contains = (name) => name.toLowerCase().includes(wanted.toLowerCase());
  const found = data.cases.map((_, index) => index).filter((index) => contains(data.cases[index][0]));
  filter({ "by-id": found.length ? wanted : "" });
  if (!found.length) {
    if (opened !== null) closeCase();
    $("find-id").focus();
    $("found").replaceChildren(...notFound(wanted));
    return;
  }
  const exact = data.cases.findIndex(([name]) => name === wanted);
  const alone = exact >= 0 ? exact : found.length === 1 ? found[0] : null;
  $("found").textContent = say("foundMany", { count: number(found.length), id: wanted });
  if (alone !== null) openCase(alone);
  else showFiltered({ "by-id": wanted });
}
