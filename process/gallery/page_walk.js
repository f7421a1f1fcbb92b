// The walk through what the Python model computed. No rule of the process is in here: `data` says what each configuration
// offers, where it leads and why the rest is refused. Nothing in this file touches what is seen.

const data = JSON.parse(document.getElementById("data").textContent);

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

// The payloads that are taken.
const movesAt = (number) => offersAt(number).flatMap((offer) => offer.variants).filter((one) => one.target !== null);

// How many attempts the trip gave back: they keep their numbers, and a configuration does not count them.
const givenBack = () => trip.moves.reduce((sum, move) => sum + data.givenBack[move.row], 0);

const blockersOf = (list) => data.lists[list].map((place) => {
  const [code, zh, en, attempt] = data.texts[place];
  const told = (sentence) => (attempt === null ? sentence : sentence.replace("{attempt}", attempt + givenBack()));
  return { code, zh: told(zh), en: told(en) };
});

function nameOf(move) {
  const variant = move.label === "right" ? "" : `~${move.label.replace(": ", "=")}`;
  const alone = data.events[move.event].by.length === 1;
  return data.events[move.event].name + (alone ? "" : `@${data.actors[move.by].name}`) + variant;
}

const addressOf = (trip) => `#${[trip.lang, ...(trip.goal === null ? [] : [data.goals[trip.goal].name]), ...trip.moves.map(nameOf)].join("/")}`;

// The trip of an address, as far as it can be gone; `wrong` says what is the matter with the rest: a sentence and its parts.
function tripOf(address, lang) {
  const parts = address.replace(/^#/, "").split("/").filter(Boolean);
  const trip = { lang: LANGUAGES.includes(parts[0]) ? parts.shift() : lang, goal: null, place: null, moves: [], wrong: null };
  if (!parts.length) return trip;
  const goal = data.goals.findIndex((known) => known.name === parts[0]);
  if (goal < 0) return { ...trip, wrong: ["badGoal", { goal: parts[0], known: data.goals.map((known) => known.name).join(", ") }] };
  trip.goal = goal;
  trip.place = data.beginnings[goal];
  for (const [index, step] of parts.slice(1).entries()) {
    const move = movesAt(trip.place).find((one) => nameOf(one) === step);
    if (!move) return { ...trip, wrong: ["stopped", { number: index + 1, step }] };
    trip.moves.push(move);
    trip.place = move.target;
  }
  return trip;
}

let trip = tripOf(location.hash, navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
