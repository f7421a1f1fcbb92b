// The other parts of the page, and its beginning.

const ROWS_AT_ONCE = { waits: 10, overdue: 20 };
const rows = { ...ROWS_AT_ONCE };

function render() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = text("title");
  document.querySelectorAll("[data-text]").forEach((element) => { element.textContent = text(element.dataset.text); });
  document.querySelectorAll("[data-label]").forEach((element) => element.setAttribute("aria-label", text(element.dataset.label)));
  document.querySelectorAll("[data-choose-lang]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.chooseLang === lang));
  });
  renderSummary();
  renderAnswers();
  renderFilters();
  $("patterns").replaceChildren();
  renderList();
  renderCase();
  renderRequirements();
  renderWaits();
  renderOverdue();
  renderLimits();
}

function renderSummary() {
  const { files, first, last, ...counts } = data.summary;
  const span = first === null ? "" : say("span", { first: clock(first), last: clock(last) });
  $("read").textContent = say("read", { files: joined(files), span });
  $("figures").replaceChildren(...["rows", "cases", "conforming", "deviating", "unknown"].map((name) => make(
    "div", { "data-figure": name }, make("dt", {}, text(name)), make("dd", {}, number(counts[name])))));
  $("problems-part").hidden = !data.problems.length;
  $("problems").replaceChildren(...data.problems.map((problem) => make(
    "li", {}, `${words(problem.words)}${lang === "zh" ? "：" : ": "}${number(problem.rows)}`,
    problem.examples.length ? make("small", {}, say("inBrackets", { words: joined(problem.examples) })) : null)));
}

function showButton(name, action) {
  const button = make("button", { type: "button", "data-show": name }, text("show"));
  button.addEventListener("click", action);
  return button;
}

function renderAnswers() {
  const sum = (patterns) => patterns.reduce((total, pattern) => total + pattern.cases, 0);
  const wrongly = data.patterns.filter((pattern) => pattern.outcome === "cancelled" && pattern.requirements.length);
  const kinds = new Map(); // of the same event in the same state for the same reasons
  data.patterns.forEach((pattern) => {
    const key = JSON.stringify([pattern.event, pattern.state, pattern.codes]);
    kinds.set(key, [...(kinds.get(key) ?? []), pattern]);
  });
  const [usual] = [...kinds.values()].sort((a, b) => sum(b) - sum(a));
  const broken = data.requirements.filter((rule) => rule.broken);
  const slowest = slow()[0];
  const answers = [
    ["wrongly", wrongly.length ? say("wrongly", { cases: casesOf(sum(wrongly)) }) : text("none"), wrongly.length
      && showButton("wrongly", () => showFiltered({ "by-outcome": "cancelled", "by-requirement": "*" }))],
    ["mostFrequent", usual ? frequent(usual, sum(usual)) : text("none"), usual
      && showButton("mostFrequent", () => showFiltered({ "by-event": usual[0].event, "by-state": usual[0].state ?? "?", "by-code": usual[0].codes[0] ?? "" }))],
    ["broken", broken.length ? sentences(broken.map((rule) => `${rule.id} ${casesOf(rule.broken)}`)) : text("none"), broken.length
      && showButton("broken", () => goTo("requirements"))],
    ["slowest", slowest ? say("slowest", { name: arrowName(slowest), median: words(slowest[4]), p90: words(slowest[5]) }) : text("none"), slowest
      && showButton("slowest", () => goTo("waits"))],
    ["late", data.overdueCount ? casesOf(data.overdueCount) : text("none"), data.overdueCount
      && showButton("late", () => goTo("overdue"))],
  ];
  $("answers").replaceChildren(...answers.map(([name, answer, button]) => make(
    "div", { "data-answer": name }, make("dt", {}, text(name)), make("dd", {}, answer, " ", button || null))));
}

const frequent = ([pattern], cases) => say("frequent", {
  at: place(pattern), cases: casesOf(cases), reason: words(pattern.reason),
  repair: pattern.repair === null ? text("noRepair") : sentences(pattern.repair.map(words)),
});

function goTo(id) {
  const heading = $(id).querySelector("h2");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  $(id).scrollIntoView({ block: "start" });
}

const heads = (...keys) => make("thead", {}, make("tr", {}, ...keys.map((key) => make("th", { scope: "col" }, text(key)))));
const cell = (key, ...content) => make("td", { "data-head": text(key) }, ...content);

function renderRequirements() {
  $("requirement-table").replaceChildren(heads("number", "sentence", "source", "result"), make("tbody", {}, ...data.requirements.map((rule) => {
    const result = rule.broken
      ? [make("strong", { class: "illegal" }, `✗ ${casesOf(rule.broken)}`), " ", showButton(rule.id, () => showFiltered({ "by-requirement": rule.id }))]
      : rule.visible ? [`✓ ${text("kept")}`] : [make("span", { class: "quiet" }, text("hidden"), words(rule.note) ? say("inBrackets", { words: words(rule.note) }) : "")];
    return make("tr", { "data-requirement": rule.id }, make("th", { scope: "row" }, rule.id),
      cell("sentence", words(rule.sentence)), cell("source", words(rule.source)), cell("result", ...result));
  })));
}

const slow = () => data.arrows.filter((arrow) => arrow[5] !== null).sort((a, b) => b[7] - a[7]);
const arrowName = ([source, event, target]) => `${stateWords(source)} → ${eventWords(event)} → ${stateWords(target)}`;

function renderWaits() {
  const found = slow();
  $("wait-table").replaceChildren(heads("transition", "times", "median", "p90", "p99"), make("tbody", {}, ...found.slice(0, rows.waits).map((arrow) => make(
    "tr", {}, make("th", { scope: "row" }, arrowName(arrow)), cell("times", number(arrow[3])),
    ...["median", "p90", "p99"].map((key, index) => cell(key, words(arrow[4 + index])))))));
  $("wait-table").hidden = !found.length;
  $("more-waits").hidden = found.length <= rows.waits;
  const view = $("view").value || "overview";
  $("view").replaceChildren(...Object.entries(data.views).map(([name, named]) => make("option", { value: name }, words(named))));
  $("view").value = view;
  renderTraffic();
  const total = data.arrows.length + data.unseen.length;
  $("covered").textContent = say("covered", { seen: number(data.arrows.length), total: number(total) });
  $("unseen-part").hidden = !data.unseen.length;
  $("unseen").replaceChildren(...data.unseen.map((arrow) => make("li", {}, arrowName(arrow))));
}

function renderTraffic() {
  const wanted = document.querySelector(`svg.picture[data-view="${$("view").value}"][data-lang="${lang}"]`);
  [...$("traffic-pane").children].forEach((svg) => { svg.setAttribute("hidden", ""); $("pictures").append(svg); });
  wanted.removeAttribute("hidden");
  $("traffic-pane").append(wanted);
  resize();
}

function renderOverdue() {
  const counts = new Map();
  data.overdue.forEach(([, state]) => counts.set(state, (counts.get(state) ?? 0) + 1));
  const state = $("overdue-state").value;
  $("overdue-state").replaceChildren(make("option", { value: "" }, text("any")), ...[...counts].map(([name, count]) => make("option", { value: name }, `${stateWords(name)} (${number(count)})`)));
  $("overdue-state").value = state;
  const found = data.overdue.filter((one) => !state || one[1] === state);
  $("overdue-about").textContent = data.overdueCount
    ? say("overdueShown", { total: number(data.overdueCount), shown: number(data.overdue.length), rest: data.overdueCount - data.overdue.length }) : text("none");
  $("overdue-choice").hidden = $("overdue-table").hidden = !data.overdueCount;
  $("overdue-table").replaceChildren(heads("number", "state", "awaits", "due_at"), make("tbody", {}, ...found.slice(0, rows.overdue).map(([id, at, awaits, dueAt]) => make(
    "tr", {}, make("th", { scope: "row" }, id), cell("state", stateWords(at)), cell("awaits", chip(awaits)), cell("due_at", clock(dueAt))))));
  $("more-overdue").hidden = found.length <= rows.overdue;
}

function renderLimits() {
  const hidden = data.requirements.filter((rule) => !rule.visible);
  const items = [
    data.summary.unknown ? [text("undetermined"), casesOf(data.summary.unknown)] : null,
    data.unrecorded.length ? [text("unrecorded"), joined(data.unrecorded.map(eventWords))] : null,
    data.fields.length ? [text("fields"), joined(data.fields.map((name) => FIELDS[name][LANGUAGES.indexOf(lang)]))] : null,
    ...hidden.map((rule) => [rule.id, `${words(rule.sentence)}${say("inBrackets", { words: words(rule.note) })}`]),
  ];
  $("limit-list").replaceChildren(...items.filter(Boolean).map(([name, listed]) => make("li", {}, make("strong", {}, name), lang === "zh" ? "：" : ": ", listed)));
}

// ------------------------------------------------------------------------------------------------ the reader's actions

document.querySelectorAll("[data-choose-lang]").forEach((button) => button.addEventListener("click", () => {
  lang = button.dataset.chooseLang;
  $("found").textContent = "";
  render();
}));
[...FILTERS, "sort"].forEach((name) => $(name).addEventListener("change", () => {
  chosen[name] = $(name).value;
  patternsShown = PATTERNS_AT_ONCE;
  renderList();
}));
$("by-id").addEventListener("input", () => {
  chosen["by-id"] = $("by-id").value.trim();
  renderList();
});
$("clear").addEventListener("click", () => filter({}));
$("more-patterns").addEventListener("click", () => {
  patternsShown += PATTERNS_AT_ONCE;
  renderList();
});
$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  find($("find-id").value);
});
$("close").addEventListener("click", closeCase);
$("view").addEventListener("change", renderTraffic);
$("overdue-state").addEventListener("change", renderOverdue);
$("more-waits").addEventListener("click", () => { rows.waits = Infinity; renderWaits(); });
$("more-overdue").addEventListener("click", () => { rows.overdue = Infinity; renderOverdue(); });
addEventListener("resize", resize);

function openLinked() {
  const linked = /^#case=(.*)$/.exec(location.hash);
  if (!linked) return;
  let id;
  try { id = decodeURIComponent(linked[1]); } catch { return; }
  const index = data.cases.findIndex(([name]) => name === id);
  if (index >= 0 && index !== opened) openCase(index);
}
addEventListener("hashchange", openLinked);
render();
openLinked();
