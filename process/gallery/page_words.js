// What the page says beside the words of the model: zh, then en.

const LANGUAGES = ["zh", "en"];

const TEXT = {
  title: ["取消分期与人脸验证 · 逐步演示", "Cancelling a plan and its face verification, step by step"],
  language: ["语言", "Language"],
  picture: ["流程图", "The process as a picture"],
  pane: ["流程图，可用方向键滚动", "The process as a picture; arrow keys scroll it"],
  zoom: ["缩放", "Zoom"],
  smaller: ["缩小", "Smaller"],
  larger: ["放大", "Larger"],
  whole: ["全图", "Whole"],
  keyHere: ["现在", "now"],
  keyWent: ["走过", "taken"],
  keyNext: ["下一步可能", "may be next"],
  whatGoal: ["客户想办理什么？", "What does the customer want?"],
  intro: [
    "选一个目标，再一步步点选接下来发生的事；图上会标出走到了哪里。",
    "Choose a goal, then click what happens next, one step at a time; the picture shows where the case stands.",
  ],
  keys: ["按数字键 1–9 可直接选择标有数字的选项。", "Keys 1–9 choose what bears the number."],
  back: ["退一步", "Back"],
  reset: ["重新开始", "Start over"],
  copy: ["复制链接", "Copy link"],
  copied: ["链接已复制", "Link copied"],
  link: ["重现这段过程的链接", "Link that reproduces this trip"],
  offers: ["接下来可能发生", "What may happen next"],
  theirMove: ["轮到其行动", "their move"],
  trip: ["走过的路", "The trip so far"],
  noTrip: ["还没有走。", "No step yet."],
  blocked: ["为什么其他事件现在不行", "Why nothing else can happen"],
  as: ["由谁发起：", "If raised by:"],
  anyone: ["任何一方", "anyone"],
  here: ["在此状态会发生，但现在不行", "Happens in this state, but is refused now"],
  elsewhere: ["不在此状态发生", "Does not happen in this state"],
  takesNothing: ["已结束，不再接受任何事件", "The case has ended and takes no event"],
  nothingBlocked: ["没有被拒绝的事件。", "Nothing is refused."],
  goal: ["目标", "Goal"],
  quote: ["报价", "Quote"],
  settlement: ["核验结论", "Verification"],
  face: ["人脸识别", "Face attempts"],
  other: ["其他方式核验", "Other attempts"],
  removal: ["人脸验证", "Face verification"],
  known: ["目前的情况", "What is known"],
  none: ["无", "none"],
  unsettled: ["尚无", "not settled"],
  stands: ["仍需要", "stands"],
  removed: ["已由客服取消", "removed by support"],
  ended: ["已结束", "Ended"],
  stays: ["状态不变", "stays"],
  refused: ["被拒绝，什么都没有变：", "Refused, nothing has changed:"],
};
const SENTENCE = {
  phase: [(p) => `第 ${p.number} 步 · ${p.words}`, (p) => `Step ${p.number} · ${p.words}`],
  turn: [(p) => `轮到${p.owner}：${p.asks}`, (p) => `${p.the}'s move: ${p.asks}`],
  deadline: [(p) => `时限：${p.time}`, (p) => `Deadline: ${p.time}`],
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

const text = (key) => TEXT[key][LANGUAGES.indexOf(trip.lang)];
const say = (key, parts) => SENTENCE[key][LANGUAGES.indexOf(trip.lang)](parts);
const words = (term) => term[trip.lang];
const joined = (parts) => parts.join(trip.lang === "zh" ? "、" : ", ");
