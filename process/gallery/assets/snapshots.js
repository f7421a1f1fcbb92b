// The path of a case's snapshot (`case.to_json()`), which the reader drops on the page. The file never leaves the browser.

const FORMAT = "installment-cancellation/";

function pathOfSnapshot(json, lang) {
  const empty = emptyPath(lang);
  let snapshot;
  try {
    snapshot = JSON.parse(json);
  } catch {
    return { ...empty, problem: ["noSnapshot", {}] };
  }
  if (typeof snapshot?.format !== "string" || !snapshot.format.startsWith(FORMAT) || !Array.isArray(snapshot.history)) {
    return { ...empty, problem: ["noSnapshot", {}] };
  }
  if (snapshot.model_version > data.model) return { ...empty, problem: ["newerModel", { model: snapshot.model_version }] };
  return followed(snapshot, lang) ?? placed(snapshot, lang) ?? { ...empty, problem: ["notOnPage", {}] };
}

// The whole path from where the case began; null if the snapshot does not hold all steps or the model allows others.
function followed({ facts, history, state, version }, lang) {
  const goal = data.goals.findIndex((known) => known.name === facts?.goal);
  if (goal < 0 || history.length !== version || !hasLimits(facts)) return null;
  const path = beginAt(emptyPath(lang), data.starts[goal]);
  const quotes = { again: null, rejected: null }; // the quotes that the lender brought last and rejected last
  for (const step of history) {
    const candidates = edgesAt(path.index).filter((edge) => data.events[edge.event].name === step.event
      && data.actors[edge.by].name === step.by && stateOf(edge.target).name === step.target);
    const edge = candidates.find((one) => isVariant(one.variant, step.data, quotes))
      ?? candidates.find((one) => one.variant === "right");
    if (!edge) return null;
    append(path, edge);
    if (step.event === "quote_consequences") quotes.again = step.data.quote;
    if (step.event === "reject_cancellation") quotes.rejected = step.data.quote;
  }
  return stateOf(path.index).name === state ? path : null;
}

function isVariant(variant, payload, quotes) {
  const [field, value] = variant.split(": ");
  return value !== undefined && payload?.[field] === (field === "quote" ? quotes[value] : value);
}

// The configuration of the case alone, without a path to it; null if the page has none like it.
function placed({ facts, history, state, version }, lang) {
  const index = hasLimits(facts) ? data.configurations.findIndex((_, number) => matches(configuration(number), state, facts)) : -1;
  if (index < 0) return null;
  return { ...beginAt(emptyPath(lang), index), problem: [history.length < version ? "noPath" : "otherSteps", { kept: history.length, version }] };
}

const hasLimits = (facts) => facts?.face_limit === data.limits[0] && facts.other_limit === data.limits[1];

function matches(here, state, facts) {
  const name = (terms, index) => (index === null ? null : terms[index].name);
  return data.states[here.state].name === state && name(data.goals, here.goal) === facts.goal
    && name(data.identities, here.identity) === (facts.identity ?? null) && name(data.quotes, here.quote) === facts.quote_status
    && name(data.settlements, here.settled) === facts.settled && Boolean(here.removed) === facts.face_removed
    && Boolean(here.rejected) === Boolean(facts.rejected_quote)
    && here.face === facts.face_attempts && here.other === facts.other_attempts;
}
