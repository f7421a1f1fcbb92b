// The page's own words, beside those of the model: zh, then en.

const LANGUAGES = ["zh", "en"];

const TEXT = {
  title: ["取消分期与人脸验证 · 逐步演示", "Cancel an installment plan and its face verification, step by step"],
  language: ["语言", "Language"],
  picture: ["流程图", "Process diagram"],
  pane: ["流程图，可用方向键滚动", "Process diagram; scroll with the arrow keys"],
  zoom: ["缩放", "Zoom"],
  smaller: ["缩小", "Zoom out"],
  larger: ["放大", "Zoom in"],
  whole: ["全图", "Fit"],
  keyHere: ["现在", "current state"],
  keyTaken: ["走过", "path taken"],
  keyNext: ["下一步可能", "possible next"],
  whichGoal: ["客户想办理什么？", "What does the customer want?"],
  intro: [
    "选一个目标，再一步步点选接下来发生的事；图上会标出走到了哪里。",
    "Choose a goal, then click what happens next, one step at a time. The diagram marks where the case is.",
  ],
  keys: ["按数字键 1–9 可直接选择标有数字的选项。", "Press 1–9 to choose a numbered option."],
  back: ["退一步", "Back"],
  reset: ["重新开始", "Start over"],
  copy: ["复制链接", "Copy link"],
  copied: ["链接已复制", "Link copied"],
  link: ["重现这段过程的链接", "Link to this path"],
  save: ["保存图片", "Save this picture"],
  saveSvg: ["保存图片（SVG）", "Save this picture as SVG"],
  savePng: ["保存图片（PNG）", "Save this picture as PNG"],
  orFile: [
    "也可以查看一笔真实的办理：把它的快照文件拖到本页，或",
    "Or look at a real case: drop its snapshot file on this page, or",
  ],
  chooseFile: ["选择文件…", "Choose a file…"],
  offers: ["接下来可能发生", "What can happen next"],
  theirTurn: ["轮到其行动", "their turn"],
  path: ["走过的路", "Path so far"],
  noSteps: ["还没有走。", "No steps yet."],
  blocked: ["为什么其他事件现在不行", "Why other events are not possible"],
  as: ["由谁发起：", "Raised by:"],
  anyone: ["任何一方", "anyone"],
  here: ["在此状态会发生，但现在不行", "Possible in this state, but refused now"],
  elsewhere: ["不在此状态发生", "Not possible in this state"],
  acceptsNothing: ["已结束，不再接受任何事件", "The case has ended and accepts no more events"],
  later: ["以后可能发生", "may become possible later"],
  never: ["不会再发生", "no longer possible in this case"],
  nothingBlocked: ["没有被拒绝的事件。", "Every event is possible."],
  goal: ["目标", "Goal"],
  achieved: ["已达成", "Achieved"],
  unmet: ["未达成", "Not achieved"],
  identity: ["客户身份", "Customer identity"],
  quote: ["报价", "Quote"],
  settlement: ["核验结论", "Verification"],
  face: ["人脸识别", "Face attempts"],
  other: ["其他方式核验", "Other attempts"],
  removal: ["人脸验证", "Face verification"],
  facts: ["目前的情况", "Facts of the case"],
  none: ["无", "none"],
  unidentified: ["尚未核实", "not identified yet"],
  noQuoteRejected: ["无；上一份被资方拒绝", "none; the last one was rejected"],
  unsettled: ["尚无", "not settled"],
  stands: ["仍需要", "in place"],
  removed: ["已由客服取消", "removed by support"],
  ended: ["已结束", "Ended"],
  stays: ["状态不变", "same state"],
  isRefused: ["被拒绝", "refused"],
  refused: ["被拒绝，什么都没有变：", "Refused; nothing has changed:"],
};
const SENTENCE = {
  phase: [(p) => `第 ${p.number} 步 · ${p.words}`, (p) => `Step ${p.number} · ${p.words}`],
  turn: [(p) => `轮到${p.owner}：${p.request}`, (p) => `Waiting for ${p.the} to ${p.request}`],
  deadline: [(p) => `时限：${p.time}`, (p) => `Deadline: ${p.time}`],
  ofLimit: [(p) => `已用 ${p.used} 次，共 ${p.limit} 次`, (p) => `${p.used} of ${p.limit} used`],
  raisedBy: [(p) => `可由${p.actors}发起`, (p) => `raised by: ${p.actors}`],
  withPayload: [(p) => `${p.event}：`, (p) => `${p.event}: `],
  inBrackets: [(p) => `（${p.words}）`, (p) => ` (${p.words})`],
  pathOf: [(p) => `走过的路（${p.count} 步）`, (p) => `Path so far (${p.count} ${p.count === 1 ? "step" : "steps"})`],
  stopped: [
    (p) => `链接的第 ${p.number} 步「${p.step}」在这里不可能发生，过程停在它之前。`,
    (p) => `Step ${p.number} of the link, "${p.step}", is not possible here; the path stops before it.`,
  ],
  otherModel: [
    (p) => `链接指向另一版本的流程模型，本页为第 ${p.model} 版。请重新选择。`,
    (p) => `The link belongs to another version of the model; this page has version ${p.model}. Choose a goal.`,
  ],
  noSnapshot: [() => "这个文件不是办理的快照。", () => "This file is not the snapshot of a case."],
  newerModel: [
    (p) => `快照由更新的第 ${p.model} 版流程模型写成，本页打不开。`,
    (p) => `The snapshot was written by version ${p.model} of the model, which is newer than this page.`,
  ],
  notOnPage: [
    () => "这笔办理的次数限制与本页不同，或其内容有误，无法显示。",
    () => "This case can't be shown: its limits differ from those of this page, or its facts are not consistent.",
  ],
  noPath: [
    (p) => `快照只含 ${p.version} 步中的最后 ${p.kept} 步，无法重现来路；从现在所处的情况继续。`,
    (p) => `The snapshot holds only the last ${p.kept} of ${p.version} steps; the path begins where the case is now.`,
  ],
  otherSteps: [
    () => "快照中的步骤在本页的流程模型里不全可能；从现在所处的情况继续。",
    () => "Not all steps of the snapshot are possible in this version of the model; the path begins where the case is now.",
  ],
  unknownGoal: [
    (p) => `链接里的目标「${p.goal}」不存在，应为：${p.known}。请重新选择。`,
    (p) => `The link names an unknown goal, "${p.goal}". Known goals: ${p.known}. Choose one.`,
  ],
};

const text = (key) => TEXT[key][LANGUAGES.indexOf(path.lang)];
const say = (key, parts) => SENTENCE[key][LANGUAGES.indexOf(path.lang)](parts);
const words = (term) => term[path.lang];
const joined = (parts) => parts.join(path.lang === "zh" ? "、" : ", ");
