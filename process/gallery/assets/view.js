// The panels beside the diagram, rendered anew from the path with the words of the model and of TEXT.

let as = 0; // the actor for whom blocked events are listed: 0 anyone, else the actor's index + 1
const rendered = new Map(); // lists of blocked events, by what they depend on

const chip = (actor) => make("span", { class: "chip", "data-actor": data.actors[actor].name }, words(data.actors[actor]));

function render() {
  renderWords();
  for (const id of ["now", "offers", "facts", "path", "blocked"]) $(id).hidden = path.index === null;
  $("start").hidden = path.index !== null;
  renderGoals();
  if (path.index !== null) {
    renderNow();
    renderOffers();
    renderFacts();
    renderPath();
    renderBlocked();
  }
  renderPicture();
}

function renderWords() {
  document.documentElement.lang = path.lang === "zh" ? "zh-CN" : "en";
  document.title = text("title");
  document.querySelectorAll("[data-text]").forEach((element) => { element.textContent = text(element.dataset.text); });
  document.querySelectorAll("[data-label]").forEach((element) => {
    element.setAttribute("aria-label", text(element.dataset.label));
    if (element.matches("button")) element.title = text(element.dataset.label);
  });
  document.querySelectorAll("[data-choose-lang]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.chooseLang === path.lang));
  });
}

const named = (name) => make("span", { class: "name" }, name);

// Give the first nine of these buttons a number; its key chooses them.
function numberKeys(buttons) {
  [...buttons].slice(0, 9).forEach((button, index) => {
    button.setAttribute("aria-keyshortcuts", String(index + 1));
    button.prepend(make("kbd", { "aria-hidden": "true" }, String(index + 1)));
  });
}

function renderGoals() {
  $("goals").replaceChildren(...data.goals.map((goal, index) => {
    const button = make("button", { type: "button", class: "wide", "data-goal": goal.name }, named(words(goal)));
    button.addEventListener("click", () => choose(index));
    return button;
  }));
  if (path.index === null) numberKeys($("goals").children);
}

const turnAt = (here) => say("turn", {
  owner: words(data.actors[here.owner]), the: data.actors[here.owner].the, request: words(data.requests[here.request]),
});

function renderNow() {
  const here = configuration(path.index);
  const state = data.states[here.state];
  const phase = state.phase === null ? null : data.phases[state.phase];
  $("now").dataset.end = state.end === null ? "" : data.ends[state.end].name;
  $("now").dataset.state = state.name;
  $("where").textContent = phase ? say("phase", { number: state.phase + 1, words: words(phase) }) : text("ended");
  $("state").textContent = words(state);
  $("turn").replaceChildren(...(here.owner === null ? [words(data.ends[state.end])] : [turnAt(here)]));
  $("turn").dataset.actor = here.owner === null ? "" : data.actors[here.owner].name;
  $("deadline").textContent = state.deadline ? say("deadline", { time: state.deadline[LANGUAGES.indexOf(path.lang)] }) : "";
}

function renderFacts() {
  const here = configuration(path.index);
  const [faceLimit, otherLimit] = data.limits;
  const goal = (index) => (index === null ? text("none") : words(data.goals[index]));
  const ended = data.states[here.state].end !== null;
  const facts = [
    ["goal", goal(here.goal)],
    ...(ended ? [["achieved", goal(here.achieved)], ["unmet", goal(here.unmet)]] : []),
    ["identity", here.identity === null ? text("unidentified") : words(data.identities[here.identity])],
    ["quote", here.quote === null ? text(here.rejected ? "noQuoteRejected" : "none") : words(data.quotes[here.quote])],
    ["settlement", here.settled === null ? text("unsettled") : words(data.settlements[here.settled])],
    ["removal", text(here.removed ? "removed" : "stands")],
    ["face", say("ofLimit", { used: here.face, limit: faceLimit })],
    ["other", say("ofLimit", { used: here.other, limit: otherLimit })],
  ];
  $("fact-list").replaceChildren(...facts.map(([key, value]) =>
    make("div", { "data-fact": key }, make("dt", {}, text(key)), make("dd", {}, value))));
}

function renderOffers() {
  const here = configuration(path.index);
  const offers = offersAt(path.index);
  $("offers").hidden = !offers.length;
  const actors = data.actors.map((_, index) => index).filter((index) => offers.some((offer) => offer.by === index));
  actors.sort((a, b) => (b === here.owner) - (a === here.owner));
  $("offered").replaceChildren(...actors.map((actor) => make(
    "section",
    { class: "group", "data-actor": data.actors[actor].name },
    make("h3", {}, chip(actor), actor === here.owner ? make("small", {}, ` ${text("theirTurn")}`) : null),
    make("ul", {}, ...offers.filter((offer) => offer.by === actor).map(offerItem)),
  )));
  numberKeys($("offered").querySelectorAll("button:not([data-refused])"));
}

function offerItem(offer) {
  const event = data.events[offer.event];
  const alone = offer.inputs.length === 1;
  const inputs = [...offer.inputs].sort((a, b) => (a.target === null) - (b.target === null));
  const item = make("li", { "data-event": event.name, "data-by": data.actors[offer.by].name });
  const buttons = inputs.map((input) => inputButton(input, alone || !words(input), item));
  if (alone) item.append(...buttons);
  else item.append(make("div", { class: "variants", role: "group", "aria-label": words(event) }, make("p", {}, words(event)), ...buttons));
  return item;
}

function inputButton(input, alone, item) {
  const event = data.events[input.event];
  const attributes = { type: "button", class: "wide", "data-variant": input.variant, "data-refused": input.target === null };
  const target = input.target === null ? null : stateOf(input.target);
  const where = target === null ? text("isRefused") : target === stateOf(input.source) ? text("stays") : words(target);
  const name = alone ? [named(words(event))] : [make("span", { class: "unseen" }, say("withPayload", { event: words(event) })), named(words(input))];
  const button = make("button", attributes, ...name, make("span", { class: "to" }, `→ ${where}`));
  button.addEventListener("click", () => (input.target === null ? refuse(input, item) : take(input)));
  for (const [type, on] of [["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]]) {
    button.addEventListener(type, () => mark("is-next", on && input.target !== null ? arrowsOf(input) : []));
  }
  return button;
}

function renderPath() {
  $("path-title").textContent = path.edges.length ? say("pathOf", { count: path.edges.length }) : text("path");
  $("no-steps").hidden = path.edges.length > 0;
  $("steps").replaceChildren(...path.edges.map((edge, index) => make(
    "li",
    { "aria-current": index === path.edges.length - 1 ? "step" : null },
    chip(edge.by),
    " ",
    make("span", {}, words(data.events[edge.event]), words(edge) ? make("small", {}, say("inBrackets", { words: words(edge) })) : null),
    " ",
    make("span", { class: "to" }, `→ ${words(stateOf(edge.target))}`),
  )));
}

const listOf = (reasons) => make("ul", { class: "reasons" }, ...reasons.map((reason) =>
  make("li", { "data-code": reason.code }, words(reason), " ", make("code", {}, reason.code))));

function renderBlocked() {
  const names = [text("anyone"), ...data.actors.map(words)];
  $("as").replaceChildren(...names.map((name, index) => make("option", { value: index, selected: index === as }, name)));
  const { blocked, later } = configuration(path.index);
  const key = [blocked, later, as, path.lang].join();
  const wasOpen = $("reasons").querySelector("details")?.open ?? false;
  if (!rendered.has(key)) rendered.set(key, blockedLists(data.blocked[blocked], data.later[later]));
  $("reasons").replaceChildren(...rendered.get(key));
  $("reasons").querySelectorAll("details").forEach((details) => { details.open = wasOpen; });
}

// Many configurations block the same events, so each list is made once.
function blockedLists(byEvent, later) {
  const isLater = (index) => Boolean(as ? later[index] & (1 << (as - 1)) : later[index]);
  const all = data.events.map((event, index) => (
    { event, reasons: reasonsOf(data.byActor[byEvent[index]][as]), isLater: isLater(index) }));
  const blocked = all.filter((one) => one.reasons.length);
  const isElsewhere = (one) => ["wrong_state", "end_reached"].includes(one.reasons[0].code);
  const here = blocked.filter((one) => !isElsewhere(one));
  const elsewhere = blocked.filter(isElsewhere);
  const ended = data.states[configuration(path.index).state].end !== null;
  const summary = text(ended ? "acceptsNothing" : "elsewhere");
  const list = (items) => make("ul", { class: "events" }, ...items.map((one) => blockedItem(one, ended)));
  return [
    ...(here.length ? [make("h3", {}, text("here")), list(here)] : []),
    ...(elsewhere.length ? [make("details", {}, make("summary", {}, `${summary} (${elsewhere.length})`), list(elsewhere))] : []),
    ...(blocked.length ? [] : [make("p", { class: "quiet" }, text("nothingBlocked"))]),
  ];
}

const blockedItem = (one, ended) => make(
  "li",
  { "data-blocked": one.event.name, "data-later": one.isLater },
  make("p", {}, make("strong", {}, words(one.event)), " ",
    make("small", {}, say("raisedBy", { actors: joined(one.event.by.map((actor) => words(data.actors[actor]))) })),
    ended ? null : make("small", { class: "later" }, text(one.isLater ? "later" : "never"))),
  listOf(one.reasons),
);

function refuse(input, item) {
  document.querySelectorAll(".refusal").forEach((old) => old.remove());
  const reasons = reasonsOf(input.reasons);
  const until = text(input.isFinal ? "final" : "early");
  item.append(make("div", { class: "refusal", "data-final": Boolean(input.isFinal) }, make("p", {}, text("refused")), listOf(reasons), make("p", { class: "until" }, until)));
  $("live").textContent = [text("refused"), ...reasons.map(words), until].join(" ");
}

function announce() {
  if (path.index === null) {
    $("live").textContent = text("whichGoal");
    return;
  }
  const here = configuration(path.index);
  const last = path.edges.at(-1);
  const turn = here.owner === null ? text("ended") : turnAt(here);
  const parts = [last ? `${words(data.actors[last.by])}: ${words(data.events[last.event])}` : null, words(data.states[here.state]), turn];
  $("live").textContent = parts.filter(Boolean).join(path.lang === "zh" ? "。" : ". ");
}

function notice(sentence) {
  $("notice").textContent = sentence ?? "";
  $("notice").hidden = !sentence;
}
