"""The requirements of the process: R1 to R22, each with its sentence, its source and the function that checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from process.json_vocabulary import words_to_dict
from process.model import Words
from process.requirements import (
    cancellation,
    data_independence,
    finality,
    histories,
    ownership,
    quotes,
    reachability,
    refusals,
    steps,
    verification,
)
from process.requirements.counterexample import CheckResult
from process.requirements.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement.

    Attributes:
        id: "R1", "R2", …
        sentence: what must hold.
        source: where it comes from.
        check: checks it against an explored machine.
        depends_on_limits: it speaks of attempts, so it is checked under several limits.
    """

    id: str
    sentence: Words
    source: Words
    check: Callable[[Evidence], CheckResult]
    depends_on_limits: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The requirement as JSON has it."""
        return {"id": self.id, "sentence": words_to_dict(self.sentence), "basis": words_to_dict(self.source)}

    def run(self, evidence: Evidence) -> CheckResult:
        """Check it; a model in which the check can't even be completed violates it."""
        try:
            return self.check(evidence)
        except Exception as error:  # a guard that is not pure, say, can lead to any
            problem = Words(f"检验无法完成：{error!r}", f"the check can't be completed: {error!r}")
            return CheckResult((), evidence.at(0, problem))


DESCRIPTION = Words("流程说明", "the description of the process")
STEP_1_3_6 = Words("流程说明，第 1、3、6 步", "the description, steps 1, 3 and 6")
STEPS = Words("流程说明，第 1 至 6 步", "the description, steps 1 to 6")
STEP_5 = Words("流程说明，第 5 步", "the description, step 5")
STEP_6 = Words("流程说明，第 6 步", "the description, step 6")
ART_10 = Words(
    "《人脸识别技术应用安全管理办法》（2025-06-01 起施行）第十条",
    "人脸识别技术应用安全管理办法 (in force 2025-06-01), art. 10",
)
CONSENT_LAW = Words(
    "《人脸识别技术应用安全管理办法》；《个人信息保护法》第十五、十六、二十九条",
    "人脸识别技术应用安全管理办法; PIPL art. 15, 16, 29",
)
SOUND = Words("流程说明，“须成立的事”", "the description, what must hold")


DEPEND_ON_LIMITS = (2, 9, 10, 11, 18)


def _require(number: int, check: Callable[[Evidence], CheckResult], source: Words, zh: str, en: str) -> Requirement:
    return Requirement(f"R{number}", Words(zh, en), source, check, number in DEPEND_ON_LIMITS)


REQUIREMENTS: tuple[Requirement, ...] = (
    _require(
        1,
        reachability.r1_every_end_and_goal,
        STEPS,
        "每个终态都能到达；每种目标都能自助达成（系统跳过核验、人脸、其他方式），也能经客服达成；取消人脸验证只能经客服。",
        "Every end state is reachable; every goal can be met by self-service (verification skipped, by face, or by another "
        "method) and through support (removal of the face verification: through support alone).",
    ),
    _require(
        2,
        reachability.r2_an_end_within_reach,
        SOUND,
        "从每个可到达的情形都能走到某个终态，即使人脸总不通过、核验服务总不可用、资方总是拒绝或始终没有客服。",
        "From every reachable configuration some end state can be reached, even if faces always fail, the verifier is "
        "always down, the lender always rejects, or no agent ever answers.",
    ),
    _require(3, reachability.r3_ends_take_nothing, SOUND, "终态不再接受任何事件。", "An end state accepts no event."),
    _require(
        4,
        quotes.r4_quoted_and_confirmed,
        STEP_5,
        "只有先告知后果、且客户确认的正是这份报价，分期才会被取消。",
        "A plan is cancelled only after its consequences were quoted and that very quote was confirmed.",
    ),
    _require(
        5,
        verification.r5_settled_before_cancelled,
        STEP_5,
        "只有核验已有结论，才会提交取消分期：系统跳过、人脸或其他方式通过、客服豁免，或客服已取消人脸验证。",
        "A plan is submitted for cancelling only with verification settled: skipped by the system, passed by face or "
        "another method, waived by support, or the face verification removed by support.",
    ),
    _require(
        6,
        ownership.r6_nobody_acts_for_another,
        STEP_5,
        "客户永远不能自行跳过、豁免、判定通过或取消核验：只有系统能跳过，核验服务能判定通过，客服能豁免和取消。",
        "A customer can never skip, waive, pass or remove a verification: only the system skips, the verifier passes, "
        "support waives and removes.",
    ),
    _require(
        7,
        verification.r7_removed_in_support,
        STEP_5,
        "人脸验证只能在客服处理中取消。",
        "Face verification is removed only in support.",
    ),
    _require(
        8,
        steps.r8_account_and_order,
        STEP_1_3_6,
        "用别的账号过不了第 1 步，用别的订单过不了第 3 步；既未用购买账号登录、也未经客服核实身份者，"
        "不予豁免核验、取消人脸验证或取消分期。",
        "Nobody gets past step 1 with another account, or past step 3 with another order; nothing is waived, removed or "
        "cancelled for someone who neither signed in with the purchasing account nor was identified by an agent.",
    ),
    _require(
        9,
        verification.r9_attempts,
        DESCRIPTION,
        "核验次数在请求核验服务之前计入，不超过上限，服务故障后退还；每个答复只对它所指的那一次核验有效一次。",
        "Attempts are counted before the verifier is asked, never exceed the limit, are given back after an outage, and an "
        "answer counts once, for the attempt that it names.",
    ),
    _require(
        10,
        verification.r10_another_way,
        ART_10,
        "人脸核验绝不是唯一方式：凡提供人脸核验之处，也提供客服，以及次数用尽之前的其他方式。",
        "Face verification is never the only way: wherever it is offered, so is support, and another method until its "
        "attempts are used up.",
    ),
    _require(
        11,
        verification.r11_consent,
        CONSENT_LAW,
        "没有单独同意就不会开始人脸核验；同意可以撤回，撤回不会终止办理；核验进行中也可改选其他方式。",
        "Face verification never starts without separate consent; consent can be withdrawn, which does not end the case; "
        "whoever is in the middle of a verification can choose another method.",
    ),
    _require(
        12,
        steps.r12_support_at_hand,
        STEP_6,
        "除「取消处理中」外，第 1 至 5 步的每个未结束状态离客服都只有一步。",
        'Customer service is one event away from every open state of steps 1 to 5 except "Cancelling".',
    ),
    _require(
        13,
        cancellation.r13_answers_count,
        DESCRIPTION,
        "资方未答复前，办理不能绕过答复而结束，也不能再次提交；被拒或无答复则转客服；只要办理未结束，迟到的答复和对拒绝的更正都不会丢失。",
        "While the lender's answer is outstanding the case can't end without it nor submit again; rejection or "
        "silence leads to support; while the case is open a late answer is never lost, nor one that corrects a rejection.",
    ),
    _require(14, cancellation.r14_cancelled_once, SOUND, "分期至多被取消一次。", "A plan is cancelled at most once."),
    _require(
        15,
        data_independence.r15_one_outcome,
        SOUND,
        "同一情形下同一事件至多有一个结果；行的先后只对明写的“否则”有意义。",
        "One event in one configuration has at most one outcome; the order of rows matters only for an explicit else.",
    ),
    _require(
        16,
        refusals.r16_refusals_give_reasons,
        SOUND,
        "被拒的事件不改变任何东西，并说明每一条未满足的原因：代码、参数、中英文文字。",
        "A refused event changes nothing and names every unmet reason: code, parameters, and text in Chinese and English.",
    ),
    _require(
        17,
        cancellation.r17_serves_one_try,
        STEP_5,
        "一次通过、跳过或豁免只用于一次取消；被资方拒绝后须重新核验。",
        "A passed verification, a skip or a waiver serves one attempt to cancel; after a rejection it is required again.",
    ),
    _require(
        18,
        ownership.r18_owner_and_deadline,
        DESCRIPTION,
        "每个未结束的状态都说明轮到谁、期限多长。",
        "Every open state names whose move it is and has a deadline.",
    ),
    _require(
        19,
        cancellation.r19_ends_are_true,
        SOUND,
        "终态说明实际发生了什么。",
        "An end state tells what really happened.",
    ),
    _require(
        20,
        histories.r20_replay,
        SOUND,
        "重放一个办理的历史，得到同一个办理。",
        "Replaying a case's history gives the same case.",
    ),
    _require(
        21,
        verification.r21_removed_is_removed,
        STEP_5,
        "人脸验证一经取消，就不再开始人脸核验，也不再要求核验。",
        "Once the face verification is removed, no face attempt starts and no verification is required again.",
    ),
    _require(
        22,
        finality.r22_final_or_early,
        SOUND,
        "每次拒绝都说明是过早还是最终，且在每个可到达的情形下都属实。",
        "A refusal says whether it is early or final, and that is true in every reachable configuration.",
    ),
)
