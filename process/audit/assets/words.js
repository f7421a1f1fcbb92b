// The page's own words, beside those of the model: zh, then en.

const data = JSON.parse(document.getElementById("data").textContent);
const LANGUAGES = ["zh", "en"];
let lang = data.lang;

const TEXT = {
  title: ["事件日志审计报告", "Audit of an event log"],
  language: ["语言", "Language"],
  parts: ["本页各部分", "Parts of this page"],
  picture: ["流程图", "Process diagram"],
  pane: ["流程图，可用方向键滚动", "Process diagram; scroll with the arrow keys"],
  summary: ["概况", "Summary"],
  deviations: ["偏离的办理", "Deviating cases"],
  requirements: ["要求", "Requirements"],
  waits: ["等待与流量", "Waits and traffic"],
  overdue: ["超时的办理", "Overdue cases"],
  limits: ["本日志看不出什么", "What this log can't show"],
  notRead: ["读取时的问题", "Problems while reading"],
  rows: ["事件", "events"],
  cases: ["办理", "cases"],
  conforming: ["符合", "conform"],
  deviating: ["偏离", "deviate"],
  unknown: ["无法判断", "undetermined"],
  findCase: ["查找办理编号", "Find a case by its id"],
  find: ["查找", "Find"],
  wrongly: ["哪些分期不该取消却取消了？", "Which plans were cancelled though they should not have been?"],
  mostFrequent: ["最常见的不合规事件是什么，应当怎样做？", "What is the most frequent illegal event, and what should have been done?"],
  broken: ["违反了哪些要求？", "Which requirements are broken?"],
  slowest: ["哪里等得最久？", "Where do cases wait longest?"],
  late: ["哪些办理超时了？", "Which cases are overdue?"],
  show: ["查看", "Show"],
  none: ["没有", "none"],
  state: ["状态", "State"],
  event: ["首个不合规的事件", "First illegal event"],
  code: ["原因代码", "Reason code"],
  requirement: ["违反的要求", "Requirement broken"],
  outcome: ["此后的结果", "Final outcome"],
  sort: ["排序", "Sort by"],
  byCases: ["办理数", "number of cases"],
  byState: ["状态", "state"],
  byEvent: ["事件", "event"],
  caseList: ["办理", "Cases"],
  caseId: ["办理编号含", "Case id contains"],
  clear: ["清除筛选", "Clear filters"],
  any: ["全部", "any"],
  some: ["任一要求", "any requirement"],
  noRequirement: ["未违反要求", "no requirement"],
  unclear: ["不确定", "not certain"],
  more: ["显示更多", "Show more"],
  noCase: ["选一笔办理，在流程图上看它走过的路和不合规的事件。", "Choose a case to see its path in the diagram, with the illegal event."],
  close: ["返回列表", "Back to the list"],
  keyTaken: ["走过", "path taken"],
  keyIllegal: ["不合规的事件", "illegal event"],
  logged: ["日志中的事件", "Events in the log"],
  why: ["原因", "Why"],
  should: ["应当怎样（最近的合规做法）", "What should have been done (the nearest legal history)"],
  noRepair: ["没有找到近似的合规做法", "no similar legal history found"],
  breaks: ["违反的要求", "Requirement broken"],
  breaksNone: ["未违反所列的要求", "none of those listed"],
  illegal: ["不合规", "illegal"],
  after: ["在不合规的事件之后，未检验", "after the illegal event, not checked"],
  ofUsual: ["以其中最常见的情形为例", "as in the most frequent of these"],
  number: ["编号", "Id"],
  sentence: ["须成立", "Must hold"],
  source: ["出处", "Source"],
  result: ["结果", "Result"],
  kept: ["未见违反", "no violation seen"],
  hidden: ["本日志看不出", "this log can't show it"],
  transition: ["流转", "Transition"],
  times: ["次数", "Times"],
  median: ["中位", "Median"],
  p90: ["90% 在此之内", "90 % within"],
  p99: ["99% 在此之内", "99 % within"],
  aboutWaits: ["每次流转之前的等待；最慢的在前。", "The wait before each transition; the slowest come first."],
  traffic: ["流量图", "Diagram with traffic"],
  view: ["图", "Diagram"],
  coverage: ["流转覆盖", "Coverage"],
  unseen: ["从未发生的流转", "Transitions that never happened"],
  due_at: ["期限（UTC）", "Due (UTC)"],
  awaits: ["轮到", "Waiting for"],
  unrecorded: ["日志未记录这些事件，它们可能发生过", "The log does not record these events; they may have happened"],
  fields: ["日志未记录这些内容", "The log does not record these details"],
  undetermined: ["无法判断的办理", "Cases that can't be judged"],
};
const FIELDS = {
  by: ["发起者", "actor"], quote: ["报价", "quote"], offer: ["费用与货币", "fee and currency"], attempt: ["核验次数", "attempt"],
  account: ["账号是否为购买账号", "whether the account is the purchasing one"], order: ["订单是否为本次办理的", "whether the order is the case's"],
  consent: ["单独同意", "separate consent"],
};
const SENTENCE = {
  read: [(p) => `读自 ${p.files}${p.span}`, (p) => `Read from ${p.files}${p.span}`],
  span: [(p) => `，${p.first} 至 ${p.last}（UTC）`, (p) => `, ${p.first} to ${p.last} (UTC)`],
  cases: [(p) => `${p.count} 笔办理`, (p) => `${p.count} ${p.count === "1" ? "case" : "cases"}`],
  patternCount: [
    (p) => `${p.cases} 笔办理，${p.patterns} 种偏离`,
    (p) => `${p.cases} ${p.cases === "1" ? "case" : "cases"}, ${p.patterns} ${p.patterns === "1" ? "kind" : "kinds"} of deviation`,
  ],
  leftOut: [
    (p) => `此处逐一列出 ${p.total} 笔中的 ${p.shown} 笔，其余 ${p.rest} 笔见 deviations.csv 与 deviations.parquet。`,
    (p) => `${p.shown} of ${p.total} cases are listed one by one; the other ${p.rest} are in deviations.csv and deviations.parquet.`,
  ],
  elsewhere: [() => "这些办理未在此列出，见 deviations.csv", () => "these cases are not listed here; see deviations.csv"],
  at: [(p) => `「${p.event}」在「${p.state}」`, (p) => `"${p.event}" in "${p.state}"`],
  by: [(p) => `${p.event}（${p.by}）`, (p) => `${p.event} (${p.by})`],
  notFound: [
    (p) => `偏离的办理中没有编号含「${p.id}」的${p.all ? "" : "（此处未全部列出，见 deviations.csv）"}。${p.conforming} 笔办理符合模型${p.unknown === "0" ? "" : `，${p.unknown} 笔无法判断`}。要看是哪一种，请单独审计这一笔，其他选项同本次审计：`,
    (p) => `No deviating case has an id that contains "${p.id}"${p.all ? "" : " (not all are listed here; see deviations.csv)"}. ${p.conforming} ${p.conforming === "1" ? "case conforms" : "cases conform"} to the model${p.unknown === "0" ? "" : `, and ${p.unknown} can't be judged`}. To see which it is, audit this case alone, with the other options of this audit: `,
  ],
  foundLate: [
    (p) => `办理 ${p.id} 至今符合模型，但已超时：停在「${p.state}」，期限 ${p.due}（UTC）。`,
    (p) => `Case ${p.id} conforms to the model so far, but is overdue: it stands in "${p.state}", due ${p.due} (UTC).`,
  ],
  foundMany: [(p) => `${p.count} 笔办理的编号含「${p.id}」`, (p) => `${p.count} cases have an id that contains "${p.id}"`],
  caseTitle: [(p) => `办理 ${p.id}`, (p) => `Case ${p.id}`],
  about: [
    (p) => `目标：${p.goal}。同样的过程共 ${p.count} 笔办理。`,
    (p) => `Goal: ${p.goal}. ${p.count} ${p.count === "1" ? "case has" : "cases have"} this history.`,
  ],
  verdict: [
    (p) => `第 ${p.position} 个事件「${p.event}」不合规，当时在「${p.state}」`,
    (p) => `Event ${p.position}, "${p.event}", is illegal in state "${p.state}"`,
  ],
  frequent: [
    (p) => `${p.at}：${p.cases}。${p.reason} 应当：${p.repair}`,
    (p) => `${p.at}: ${p.cases}. ${p.reason} What should have been done: ${p.repair}`,
  ],
  wrongly: [(p) => `${p.cases}，且违反了要求`, (p) => `${p.cases}, with a requirement broken`],
  slowest: [(p) => `${p.name}：中位 ${p.median}，90% 在 ${p.p90} 之内`, (p) => `${p.name}: median ${p.median}, 90 % within ${p.p90}`],
  covered: [(p) => `${p.seen}/${p.total} 种流转至少发生过一次`, (p) => `${p.seen} of ${p.total} transitions happened at least once`],
  overdueShown: [
    (p) => `${p.total} 笔办理超过了所在状态的时限${p.rest ? `；此处列出最早的 ${p.shown} 笔，全部见 overdue.csv` : ""}。`,
    (p) => `${p.total} ${p.total === "1" ? "case is" : "cases are"} past the deadline of their state${p.rest ? `; the ${p.shown} that are longest overdue are listed, all are in overdue.csv` : ""}.`,
  ],
  inBrackets: [(p) => `（${p.words}）`, (p) => ` (${p.words})`],
};

const text = (key) => TEXT[key][LANGUAGES.indexOf(lang)];
const say = (key, parts) => SENTENCE[key][LANGUAGES.indexOf(lang)](parts);
const words = (term) => (term === null ? text("unclear") : term[lang]);
const joined = (parts) => parts.join(lang === "zh" ? "、" : ", ");
const sentences = (parts) => parts.join(lang === "zh" ? "；" : "; ");
const number = (count) => count.toLocaleString(lang === "zh" ? "zh-CN" : "en");
const clock = (iso) => iso.slice(0, 19).replace("T", " ");
const stateWords = (name) => words(name === null ? null : data.states[name]);
const eventWords = (name) => words(data.events[name]);
const casesOf = (count) => say("cases", { count: number(count) });
