// The data of the page and paths through it. No rule of the process is in here: `data` lists what each configuration
// offers, where it leads and why the rest is refused. Nothing in this file touches the document.

const data = JSON.parse(document.getElementById("data").textContent);

function configuration(index) {
  const [state, goal, identity, quote, rejected, settled, removed, face, other, owner, request, achieved, unmet, blocked,
    refused, later] = data.configurations[index];
  return { state, goal, identity, quote, rejected, settled, removed, face, other, owner, request, achieved, unmet, blocked,
    refused, later };
}

const stateOf = (index) => data.states[data.configurations[index][0]];

function inputOf(index) {
  const [event, by, variant, zh, en] = data.inputs[index];
  return { event, by, variant, zh, en };
}

// The inputs of a configuration in the model's order, grouped by event and actor; `target` is null where one is refused.
function offersAt(index) {
  const offers = new Map();
  const add = (input, result) => {
    const { event, by, ...variant } = inputOf(input);
    const key = `${event}:${by}`;
    if (!offers.has(key)) offers.set(key, { event, by, inputs: [] });
    offers.get(key).inputs.push({ event, by, ...variant, source: index, ...result });
  };
  const flat = data.edges[index];
  for (let i = 0; i < flat.length; i += 3) add(flat[i], { row: flat[i + 1], target: flat[i + 2], reasons: 0 });
  for (const [input, reasons, isFinal] of data.refused[configuration(index).refused]) {
    add(input, { row: null, target: null, reasons, isFinal });
  }
  return [...offers.values()];
}

const edgesAt = (index) => offersAt(index).flatMap((offer) => offer.inputs).filter((input) => input.target !== null);

// The number of attempts that were given back on the path: they keep their numbers, but a configuration does not count them.
const givenBack = () => path.edges.reduce((sum, edge) => sum + data.givenBack[edge.row], 0);

const reasonsOf = (list) => data.reasonLists[list].map((index) => {
  const [code, zh, en, attempt] = data.reasons[index];
  const numbered = (sentence) => (attempt === null ? sentence : sentence.replace("{attempt}", attempt + givenBack()));
  return { code, zh: numbered(zh), en: numbered(en) };
});

function nameOf(edge) {
  const variant = edge.variant === "right" ? "" : `~${edge.variant.replace(": ", "=")}`;
  const alone = data.events[edge.event].by.length === 1;
  return data.events[edge.event].name + (alone ? "" : `@${data.actors[edge.by].name}`) + variant;
}

// A fragment names the language, the goal and the steps: `#en/plan/sign_in/open_orders`. A path that does not begin where cases
// begin names the configuration in which it does, by model version and index: `#en/plan@2:417/abandon`.
function fragmentOf(path) {
  if (path.goal === null) return `#${path.lang}`;
  const start = path.start === data.starts[path.goal] ? "" : `@${data.model}:${path.start}`;
  return `#${[path.lang, data.goals[path.goal].name + start, ...path.edges.map(nameOf)].join("/")}`;
}

const emptyPath = (lang) => ({ lang, goal: null, start: null, index: null, edges: [], problem: null });

const beginAt = (path, index) => Object.assign(path, { goal: configuration(index).goal, start: index, index, edges: [] });

function append(path, edge) {
  path.edges.push(edge);
  path.index = edge.target;
}

// The path of a fragment, as far as it can be taken; `problem` names the sentence about the rest, and its parts.
function pathOf(fragment, lang) {
  const parts = fragment.replace(/^#/, "").split("/").filter(Boolean);
  const path = emptyPath(LANGUAGES.includes(parts[0]) ? parts.shift() : lang);
  if (!parts.length) return path;
  const [name, start] = parts[0].split("@");
  const goal = data.goals.findIndex((known) => known.name === name);
  if (goal < 0) return { ...path, problem: ["unknownGoal", { goal: name, known: data.goals.map((known) => known.name).join(", ") }] };
  const [model, index] = start ? start.split(":").map(Number) : [data.model, data.starts[goal]];
  if (model !== data.model || data.configurations[index]?.[1] !== goal) return { ...path, problem: ["otherModel", { model: data.model }] };
  beginAt(path, index);
  for (const [number, step] of parts.slice(1).entries()) {
    const edge = edgesAt(path.index).find((one) => nameOf(one) === step);
    if (!edge) return { ...path, problem: ["stopped", { number: number + 1, step }] };
    append(path, edge);
  }
  return path;
}

let path = pathOf(location.hash, navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
