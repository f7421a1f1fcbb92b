// What is seen beside the picture: everything is drawn anew from the trip, with the words of the model and of TEXT.

const $ = (id) => document.getElementById(id);

let as = 0; // whose blocked events are shown: 0 anyone, else the actor's place + 1
const drawn = new Map(); // the lists of refused events, by what they depend on

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const chip = (actor) => make("span", { class: "chip", "data-actor": data.actors[actor].name }, words(data.actors[actor]));

function render() {
  renderWords();
  for (const id of ["now", "offers", "known", "trip", "blocked"]) $(id).hidden = trip.place === null;
  $("start").hidden = trip.place !== null;
  renderGoals();
  if (trip.place !== null) {
    renderNow();
    renderOffers();
    renderFacts();
    renderTrip();
    renderBlocked();
  }
  renderPicture();
}

function renderWords() {
  document.documentElement.lang = trip.lang === "zh" ? "zh-CN" : "en";
  document.title = text("title");
  document.querySelectorAll("[data-text]").forEach((element) => { element.textContent = text(element.dataset.text); });
  document.querySelectorAll("[data-label]").forEach((element) => {
    element.setAttribute("aria-label", text(element.dataset.label));
    if (element.matches("button")) element.title = text(element.dataset.label);
  });
  document.querySelectorAll("[data-choose-lang]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.chooseLang === trip.lang));
  });
}

const nameIn = (name) => make("span", { class: "name" }, name);

// The first nine of these buttons get a number, by which a key chooses them.
function numberKeys(buttons) {
  [...buttons].slice(0, 9).forEach((button, place) => {
    button.setAttribute("aria-keyshortcuts", String(place + 1));
    button.prepend(make("kbd", { "aria-hidden": "true" }, String(place + 1)));
  });
}

function renderGoals() {
  $("goals").replaceChildren(...data.goals.map((one, number) => {
    const button = make("button", { type: "button", class: "wide", "data-goal": one.name }, nameIn(words(one)));
    button.addEventListener("click", () => choose(number));
    return button;
  }));
  if (trip.place === null) numberKeys($("goals").children);
}

const turnAt = (here) => say("turn", { owner: words(data.actors[here.owner]), the: data.actors[here.owner].the, asks: words(data.requests[here.asks]) });

function renderNow() {
  const here = configuration(trip.place);
  const state = data.states[here.state];
  const phase = state.phase === null ? null : data.phases[state.phase];
  $("now").dataset.end = state.end === null ? "" : data.ends[state.end].name;
  $("now").dataset.state = state.name;
  $("where").textContent = phase ? say("phase", { number: state.phase + 1, words: words(phase) }) : text("ended");
  $("state").textContent = words(state);
  $("turn").replaceChildren(...(here.owner === null ? [words(data.ends[state.end])] : [turnAt(here)]));
  $("turn").dataset.actor = here.owner === null ? "" : data.actors[here.owner].name;
  $("deadline").textContent = state.deadline ? say("deadline", { time: state.deadline[LANGUAGES.indexOf(trip.lang)] }) : "";
}

function renderFacts() {
  const here = configuration(trip.place);
  const [faceLimit, otherLimit] = data.limits;
  const facts = [
    ["goal", words(data.goals[here.goal])],
    ["quote", here.quote === null ? text("none") : words(data.quotes[here.quote])],
    ["settlement", here.settled === null ? text("unsettled") : words(data.settlements[here.settled])],
    ["face", say("ofLimit", { used: here.face, limit: faceLimit })],
    ["other", say("ofLimit", { used: here.other, limit: otherLimit })],
    ["removal", text(here.removed ? "removed" : "stands")],
  ];
  $("facts").replaceChildren(...facts.map(([key, value]) =>
    make("div", { "data-fact": key }, make("dt", {}, text(key)), make("dd", {}, value))));
}

function renderOffers() {
  const here = configuration(trip.place);
  const offers = offersAt(trip.place);
  $("offers").hidden = !offers.length;
  const actors = data.actors.map((_, number) => number).filter((number) => offers.some((offer) => offer.by === number));
  actors.sort((a, b) => (b === here.owner) - (a === here.owner));
  $("offered").replaceChildren(...actors.map((actor) => make(
    "section",
    { class: "group", "data-actor": data.actors[actor].name },
    make("h3", {}, chip(actor), actor === here.owner ? make("small", {}, ` ${text("theirMove")}`) : null),
    make("ul", {}, ...offers.filter((offer) => offer.by === actor).map(offerItem)),
  )));
  numberKeys($("offered").querySelectorAll("button:not([data-refused])"));
}

function offerItem(offer) {
  const event = data.events[offer.event];
  const alone = offer.variants.length === 1;
  const variants = [...offer.variants].sort((a, b) => (a.target === null) - (b.target === null));
  const item = make("li", { "data-event": event.name, "data-by": data.actors[offer.by].name });
  const buttons = variants.map((variant) => variantButton(variant, alone || !words(variant) ? words(event) : words(variant), item));
  if (alone) item.append(...buttons);
  else item.append(make("div", { class: "variants", role: "group", "aria-label": words(event) }, make("p", {}, words(event)), ...buttons));
  return item;
}

function variantButton(variant, name, item) {
  const attributes = { type: "button", class: "wide", "data-label-of": variant.label, "data-refused": variant.target === null };
  const target = variant.target === null ? null : stateAt(variant.target);
  const where = target === null ? "" : target === stateAt(variant.source) ? text("stays") : words(target);
  const button = make("button", attributes, nameIn(name), where ? make("span", { class: "to" }, `→ ${where}`) : null);
  button.addEventListener("click", () => (variant.target === null ? refuse(variant, item) : take(variant)));
  for (const [type, on] of [["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]]) {
    button.addEventListener(type, () => mark("is-next", on && variant.target !== null ? arrowsOf(variant) : []));
  }
  return button;
}

function renderTrip() {
  $("trip-title").textContent = trip.moves.length ? say("steps", { trip: text("trip"), count: trip.moves.length }) : text("trip");
  $("no-trip").hidden = trip.moves.length > 0;
  $("steps").replaceChildren(...trip.moves.map((move, index) => make(
    "li",
    { "aria-current": index === trip.moves.length - 1 ? "step" : null },
    chip(move.by),
    make("span", {}, words(data.events[move.event]), words(move) ? make("small", {}, say("inBrackets", { words: words(move) })) : null),
    make("span", { class: "to" }, `→ ${words(stateAt(move.target))}`),
  )));
}

const listOf = (reasons) => make("ul", { class: "reasons" }, ...reasons.map((reason) =>
  make("li", { "data-code": reason.code }, words(reason), " ", make("code", {}, reason.code))));

function renderBlocked() {
  const names = [text("anyone"), ...data.actors.map(words)];
  $("as").replaceChildren(...names.map((name, number) => make("option", { value: number, selected: number === as }, name)));
  const { profile } = configuration(trip.place);
  const key = [profile, as, trip.lang].join();
  const wasOpen = $("reasons").querySelector("details")?.open ?? false;
  if (!drawn.has(key)) drawn.set(key, reasonsOf(data.profiles[profile]));
  $("reasons").replaceChildren(...drawn.get(key));
  $("reasons").querySelectorAll("details").forEach((details) => { details.open = wasOpen; });
}

// Configurations share what they refuse, so each list is made once.
function reasonsOf(profile) {
  const blocked = data.events.map((event, number) => ({ event, reasons: blockersOf(data.vectors[profile[number]][as]) }));
  const refused = blocked.filter((one) => one.reasons.length);
  const isElsewhere = (one) => ["wrong_state", "end_reached"].includes(one.reasons[0].code);
  const here = refused.filter((one) => !isElsewhere(one));
  const elsewhere = refused.filter(isElsewhere);
  const summary = text(data.states[configuration(trip.place).state].end === null ? "elsewhere" : "takesNothing");
  const list = (items) => make("ul", { class: "events" }, ...items.map(blockedItem));
  return [
    ...(here.length ? [make("h3", {}, text("here")), list(here)] : []),
    ...(elsewhere.length ? [make("details", {}, make("summary", {}, `${summary} (${elsewhere.length})`), list(elsewhere))] : []),
    ...(refused.length ? [] : [make("p", { class: "quiet" }, text("nothingBlocked"))]),
  ];
}

const blockedItem = (one) => make(
  "li",
  { "data-blocked": one.event.name },
  make("p", {}, make("strong", {}, words(one.event)), " ",
    make("small", {}, say("mayRaise", { actors: joined(one.event.by.map((actor) => words(data.actors[actor]))) }))),
  listOf(one.reasons),
);

function refuse(variant, element) {
  document.querySelectorAll(".refusal").forEach((old) => old.remove());
  const reasons = blockersOf(variant.reasons);
  element.append(make("div", { class: "refusal" }, make("p", {}, text("refused")), listOf(reasons)));
  $("live").textContent = [text("refused"), ...reasons.map(words)].join(" ");
}

function announce() {
  if (trip.place === null) {
    $("live").textContent = text("whatGoal");
    return;
  }
  const here = configuration(trip.place);
  const last = trip.moves.at(-1);
  const turn = here.owner === null ? text("ended") : turnAt(here);
  const parts = [last ? `${words(data.actors[last.by])}: ${words(data.events[last.event])}` : null, words(data.states[here.state]), turn];
  $("live").textContent = parts.filter(Boolean).join(trip.lang === "zh" ? "。" : ". ");
}

function notice(sentence) {
  $("notice").textContent = sentence ?? "";
  $("notice").hidden = !sentence;
}
