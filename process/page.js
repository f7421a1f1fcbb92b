"use strict";
// Walks what the Python model computed. No rule of the process is in here: `data` says what each configuration offers, where
// it leads and why the rest is refused.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const TEXT = {
    title: ["取消分期与人脸验证 · 逐步演示", "Cancelling an installment plan, step by step"],
    language: ["语言", "Language"],
    picture: ["流程图", "The process as a picture"],
    pane: ["流程图，可用方向键滚动", "The process as a picture; arrow keys scroll it"],
    zoom: ["缩放", "Zoom"],
    smaller: ["缩小", "Smaller"],
    larger: ["放大", "Larger"],
    fit: ["全图", "Whole picture"],
    whatGoal: ["客户想办理什么？", "What does the customer want?"],
    intro: [
      "选一个目标，再一步步点选接下来发生的事；图上会标出走到了哪里。",
      "Choose a goal, then click what happens next, one step at a time; the picture shows where the case stands.",
    ],
    back: ["退一步", "Back"],
    reset: ["重新开始", "Start over"],
    copy: ["复制链接", "Copy link"],
    copied: ["链接已复制", "Link copied"],
    link: ["重现这段过程的链接", "Link that reproduces this trip"],
    offers: ["接下来可能发生", "What may happen next"],
    trip: ["走过的路", "The trip so far"],
    noTrip: ["还没有走。", "No step yet."],
    blocked: ["为什么其他事件现在不行", "Why nothing else can happen"],
    as: ["由谁发起：", "If raised by:"],
    anyone: ["任何一方", "anyone"],
    here: ["在此状态会发生，但现在不行", "Happens in this state, but not now"],
    elsewhere: ["不在此状态发生", "Does not happen in this state"],
    nothingBlocked: ["没有被拒绝的事件。", "Nothing is refused."],
    goal: ["目标", "Goal"],
    quote: ["报价", "Quote"],
    settlement: ["核验结论", "Verification"],
    face: ["人脸识别", "Face attempts"],
    other: ["其他方式核验", "Other attempts"],
    removal: ["人脸验证", "Face verification"],
    deadline: ["时限", "Deadline"],
    none: ["无", "none"],
    unsettled: ["尚无", "not settled"],
    stands: ["仍需要", "stands"],
    removed: ["已由客服取消", "removed by support"],
    ended: ["已结束", "Ended"],
    stays: ["状态不变", "stays"],
    refused: ["被拒绝，什么都没有变：", "Refused, nothing has changed:"],
    now: ["现在", "now"],
  };
  const SENTENCE = {
    phase: [(p) => `第 ${p.number} 步 · ${p.words}`, (p) => `Step ${p.number} · ${p.words}`],
    turn: [(p) => `轮到${p.owner}：${p.asks}`, (p) => `The ${p.owner}'s move: ${p.asks}`],
    ofLimit: [(p) => `已用 ${p.used} 次，共 ${p.limit} 次`, (p) => `${p.used} of ${p.limit} used`],
    mayRaise: [(p) => `可由${p.actors}发起`, (p) => `raised by: ${p.actors}`],
    inBrackets: [(p) => `（${p.words}）`, (p) => ` (${p.words})`],
    steps: [(p) => `${p.trip}（${p.count} 步）`, (p) => `${p.trip} (${p.count} ${p.count === 1 ? "step" : "steps"})`],
    stopped: [
      (p) => `链接的第 ${p.number} 步「${p.step}」在这里不可能发生，过程停在它之前。`,
      (p) => `Step ${p.number} of the link, "${p.step}", can't happen here; the trip stops before it.`,
    ],
    badGoal: [
      (p) => `链接里的目标「${p.goal}」不存在，应为：${p.known}。请重新选择。`,
      (p) => `The link names no known goal, "${p.goal}"; known are ${p.known}. Choose one.`,
    ],
  };
  const LANGUAGES = ["zh", "en"];
  const CALM = matchMedia("(prefers-reduced-motion: reduce)");
  const $ = (id) => document.getElementById(id);

  let lang = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  let goal = null; // its place in data.goals
  let place = null; // the configuration's place in data.configurations
  let trip = []; // the moves taken, oldest first
  let as = 0; // whose blocked events are shown: 0 anyone, else the actor's place + 1
  const drawn = new Map(); // the lists of refused events, by what they depend on
  let resizing = 0; // the frame in which the picture is fitted next
  let scale = null; // of the picture, in pixels per unit; null: as fits

  const text = (key) => TEXT[key][LANGUAGES.indexOf(lang)];
  const say = (key, parts) => SENTENCE[key][LANGUAGES.indexOf(lang)](parts);
  const words = (term) => term[lang];
  const joined = (parts) => parts.join(lang === "zh" ? "、" : ", ");

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  const chip = (actor) => make("span", { class: "chip", "data-actor": data.actors[actor].name }, words(data.actors[actor]));

  // ------------------------------------------------------------------------------------------------- reading the data

  function configuration(number) {
    const [state, goalOf, quote, settled, removed, face, other, owner, asks, profile, refused] = data.configurations[number];
    return { state, goal: goalOf, quote, settled, removed, face, other, owner, asks, profile, refused };
  }

  const stateAt = (number) => data.states[data.configurations[number][0]];

  function arcOf(number) {
    const [event, by, label, zh, en] = data.arcs[number];
    return { event, by, label, zh, en };
  }

  // What may happen, in the model's order: event, actor, and a variant for each payload; `target` is null if it is refused.
  function offersAt(number) {
    const offers = new Map();
    const add = (arcNumber, variant) => {
      const arc = arcOf(arcNumber);
      const key = `${arc.event}:${arc.by}`;
      if (!offers.has(key)) offers.set(key, { event: arc.event, by: arc.by, variants: [] });
      offers.get(key).variants.push({ ...arc, source: number, ...variant });
    };
    const flat = data.moves[number];
    for (let i = 0; i < flat.length; i += 3) add(flat[i], { row: flat[i + 1], target: flat[i + 2], reasons: 0 });
    for (const [arc, reasons] of data.refused[configuration(number).refused]) add(arc, { row: null, target: null, reasons });
    return [...offers.values()];
  }

  const blockersOf = (list) => data.lists[list].map((place) => {
    const [code, zh, en] = data.texts[place];
    return { code, zh, en };
  });

  // -------------------------------------------------------------------------------------------------- the link

  function nameOf(move) {
    const variant = move.label === "right" ? "" : `~${move.label.replace(": ", "=")}`;
    const alone = data.events[move.event].by.length === 1;
    return data.events[move.event].name + (alone ? "" : `@${data.actors[move.by].name}`) + variant;
  }

  const hash = () => `#${[lang, ...(goal === null ? [] : [data.goals[goal].name]), ...trip.map(nameOf)].join("/")}`;

  // Takes the trip of the address; gives the sentence that says what is wrong with it, or null.
  function follow(address) {
    const parts = address.replace(/^#/, "").split("/").filter(Boolean);
    if (LANGUAGES.includes(parts[0])) lang = parts.shift();
    goal = null;
    place = null;
    trip = [];
    if (!parts.length) return null;
    const wanted = data.goals.findIndex((known) => known.name === parts[0]);
    if (wanted < 0) return say("badGoal", { goal: parts[0], known: data.goals.map((known) => known.name).join(", ") });
    goal = wanted;
    place = data.beginnings[goal];
    for (const [index, step] of parts.slice(1).entries()) {
      const move = offersAt(place).flatMap((offer) => offer.variants).find((one) => one.target !== null && nameOf(one) === step);
      if (!move) return say("stopped", { number: index + 1, step });
      trip.push(move);
      place = move.target;
    }
    return null;
  }

  // ------------------------------------------------------------------------------------------------- what happens

  function choose(number) {
    goal = number;
    place = data.beginnings[number];
    trip = [];
    settle();
  }

  function take(move) {
    trip.push(move);
    place = move.target;
    settle();
  }

  function back() {
    if (trip.length) place = trip.pop().source;
    else goal = place = null;
    settle();
  }

  function reset() {
    goal = place = null;
    trip = [];
    settle();
  }

  function settle() {
    notice(null);
    render();
    if (location.hash !== hash()) location.hash = hash();
    (goal === null ? $("start-title") : $("state")).focus({ preventScroll: true });
    announce();
  }

  function refuse(variant, element) {
    document.querySelectorAll(".refusal").forEach((old) => old.remove());
    const reasons = blockersOf(variant.reasons);
    element.append(make("div", { class: "refusal" }, make("p", {}, text("refused")), listOf(reasons)));
    $("live").textContent = [text("refused"), ...reasons.map(words)].join(" ");
  }

  function announce() {
    if (goal === null) {
      $("live").textContent = text("whatGoal");
      return;
    }
    const here = configuration(place);
    const last = trip.at(-1);
    const turn = here.owner === null ? text("ended") : turnAt(here);
    const parts = [last ? `${words(data.actors[last.by])}: ${words(data.events[last.event])}` : null, words(data.states[here.state]), turn];
    $("live").textContent = parts.filter(Boolean).join(lang === "zh" ? "。" : ". ");
  }

  function notice(sentence) {
    $("notice").textContent = sentence ?? "";
    $("notice").hidden = !sentence;
  }

  // ------------------------------------------------------------------------------------------------- what is seen

  function render() {
    renderWords();
    for (const id of ["now", "offers", "trip", "blocked"]) $(id).hidden = place === null;
    $("start").hidden = place !== null;
    renderGoals();
    if (place !== null) {
      renderNow();
      renderOffers();
      renderTrip();
      renderBlocked();
    }
    renderPicture();
  }

  function renderWords() {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = text("title");
    document.querySelectorAll("[data-text]").forEach((element) => { element.textContent = text(element.dataset.text); });
    document.querySelectorAll("[data-label]").forEach((element) => {
      element.setAttribute("aria-label", text(element.dataset.label));
      if (element.matches("button")) element.title = text(element.dataset.label);
    });
    document.querySelectorAll("[data-choose-lang]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.chooseLang === lang));
    });
  }

  function renderGoals() {
    $("goals").replaceChildren(...data.goals.map((one, number) => {
      const button = make("button", { type: "button", class: "wide", "data-goal": one.name }, words(one));
      button.addEventListener("click", () => choose(number));
      return button;
    }));
  }

  const turnAt = (here) => say("turn", { owner: words(data.actors[here.owner]), asks: words(data.requests[here.asks]) });

  function renderNow() {
    const here = configuration(place);
    const state = data.states[here.state];
    const phase = state.phase === null ? null : data.phases[state.phase];
    $("now").dataset.end = state.end === null ? "" : data.ends[state.end].name;
    $("now").dataset.state = state.name;
    $("where").textContent = phase ? say("phase", { number: state.phase + 1, words: words(phase) }) : text("ended");
    $("state").textContent = words(state);
    $("turn").replaceChildren(...(here.owner === null ? [words(data.ends[state.end])] : [turnAt(here)]));
    $("turn").dataset.actor = here.owner === null ? "" : data.actors[here.owner].name;
    const [faceLimit, otherLimit] = data.limits;
    const facts = [
      ["goal", words(data.goals[here.goal])],
      state.deadline ? ["deadline", state.deadline[LANGUAGES.indexOf(lang)]] : null,
      ["quote", here.quote === null ? text("none") : words(data.quotes[here.quote])],
      ["settlement", here.settled === null ? text("unsettled") : words(data.settlements[here.settled])],
      ["face", say("ofLimit", { used: here.face, limit: faceLimit })],
      ["other", say("ofLimit", { used: here.other, limit: otherLimit })],
      ["removal", text(here.removed ? "removed" : "stands")],
    ];
    $("facts").replaceChildren(...facts.filter(Boolean).map(([key, value]) =>
      make("div", { "data-fact": key }, make("dt", {}, text(key)), make("dd", {}, value))));
  }

  function renderOffers() {
    const here = configuration(place);
    const offers = offersAt(place);
    $("offers").hidden = !offers.length;
    const actors = data.actors.map((_, number) => number).filter((number) => offers.some((offer) => offer.by === number));
    actors.sort((a, b) => (b === here.owner) - (a === here.owner));
    $("offered").replaceChildren(...actors.map((actor) => make(
      "section",
      { class: "group", "data-actor": data.actors[actor].name },
      make("h3", {}, chip(actor)),
      make("ul", {}, ...offers.filter((offer) => offer.by === actor).map(offerItem)),
    )));
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
    const button = make("button", attributes, make("span", {}, name), where ? make("span", { class: "to" }, `→ ${where}`) : null);
    button.addEventListener("click", () => (variant.target === null ? refuse(variant, item) : take(variant)));
    for (const [type, on] of [["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]]) {
      button.addEventListener(type, () => mark("is-next", on && variant.target !== null ? arrowsOf(variant) : []));
    }
    return button;
  }

  function renderTrip() {
    $("trip-title").textContent = trip.length ? say("steps", { trip: text("trip"), count: trip.length }) : text("trip");
    $("no-trip").hidden = trip.length > 0;
    $("steps").replaceChildren(...trip.map((move, index) => make(
      "li",
      { "aria-current": index === trip.length - 1 ? "step" : null },
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
    const { profile } = configuration(place);
    const key = [profile, as, lang].join();
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
    const list = (items) => make("ul", { class: "events" }, ...items.map(blockedItem));
    return [
      ...(here.length ? [make("h3", {}, text("here")), list(here)] : []),
      ...(elsewhere.length ? [make("details", {}, make("summary", {}, `${text("elsewhere")} (${elsewhere.length})`), list(elsewhere))] : []),
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

  // ------------------------------------------------------------------------------------------------- the picture

  const picture = () => document.querySelector(`svg.picture[data-lang="${lang}"]`);
  const nodeOf = (state) => picture().querySelector(`[id="${lang}-state-${state.name}"]`);

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
    picture().classList.toggle("is-walked", place !== null);
    mark("is-next", []);
    const next = place === null ? [] : offersAt(place).flatMap((offer) => offer.variants).filter((one) => one.target !== null);
    mark("may-be", next.flatMap(arrowsOf));
    mark("was-here", trip.map((move) => nodeOf(stateAt(move.source))));
    mark("was-taken", trip.flatMap(arrowsOf));
    mark("is-last", trip.length ? arrowsOf(trip.at(-1)) : []);
    mark("is-here", place === null ? [] : [nodeOf(stateAt(place))]);
    cancelAnimationFrame(resizing);
    resizing = requestAnimationFrame(resize);
  }

  function resize() {
    const { width, height } = picture().viewBox.baseVal;
    const pane = $("pane");
    const room = [pane.clientWidth / width, pane.clientHeight / height];
    const used = scale ?? Math.min(...room);
    picture().style.width = `${width * used}px`;
    picture().style.height = `${height * used}px`;
    pane.dataset.scale = String(used);
    const target = place === null ? null : nodeOf(stateAt(place));
    if (!target) return;
    const [box, seen] = [target.getBoundingClientRect(), pane.getBoundingClientRect()];
    pane.scrollTo({
      left: pane.scrollLeft + box.x + box.width / 2 - seen.x - seen.width / 2,
      top: pane.scrollTop + box.y + box.height / 2 - seen.y - seen.height / 2,
      behavior: CALM.matches ? "auto" : "smooth",
    });
  }

  function zoom(factor) {
    scale = factor === null ? null : Math.min(4, Math.max(0.1, Number($("pane").dataset.scale) * factor));
    resize();
  }

  // ------------------------------------------------------------------------------------------------- beginning

  function speak(chosen) {
    lang = chosen;
    notice(null);
    render();
    location.replace(hash());
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
    const wrong = follow(location.hash);
    render();
    notice(wrong);
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
  $("fit").addEventListener("click", () => zoom(null));
  addEventListener("hashchange", () => { if (location.hash !== hash()) open(); });
  addEventListener("resize", resize);
  open();

  // For tests and the curious: `show(place)` draws any configuration, as if a case had come there.
  window.stepThrough = Object.freeze({
    configurations: data.configurations.length,
    show(number) {
      place = number;
      goal = configuration(number).goal;
      trip = [];
      notice(null);
      render();
    },
  });
})();
