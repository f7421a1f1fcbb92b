"""Where things stand in the pictures: the one thing that the model can't say. A test holds every name here to the model.

A grid is read like the page: a name stands in its cell, and one that is repeated fills all of its cells. A state that no
grid names is drawn all the same, in a row of its own below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from process.model import Event, State, Term


class View(Term):
    """The pictures that there are."""

    OVERVIEW = "overview", "全流程", "The whole flow"
    SELF_SERVICE = "self-service", "自助办理", "Self-service"
    FACE_VERIFICATION = "face-verification", "人脸识别核验", "Face verification"
    SUPPORT = "support", "客服", "Customer service"
    ENDS = "ends", "结局", "Ends"


@dataclass(frozen=True)
class Hint:
    """How a view is laid out.

    Attributes:
        grid: the cells, by name.
        columns: the room between columns, in points, and before the first and after the last; by language or for all.
        rows: the same for rows.
        events: the events that the view is about; all, where there are none.
        frames: states that are boxed together, whose shared transitions are drawn once, from that box.
        draws_once: from so many sources on an event's arrows to one target are drawn once, from the first; 0: never.
        is_brief: what every way of an event demands is left out.
        tells_effects: what follows from an event is told.
        name: how wide a state's name may get, in points.
        text: how wide an arrow's text may get, in points, by language.
    """

    grid: str
    columns: Mapping[str, tuple[int, ...]]
    rows: Mapping[str, tuple[int, ...]]
    text: Mapping[str, int]
    events: tuple[Event, ...] = ()
    frames: tuple[tuple[str, ...], ...] = ()
    draws_once: int = 0
    is_brief: bool = False
    tells_effects: bool = False
    titles_left: tuple[str, ...] = ()
    title_room: int = 70
    hides_phases: bool = False
    name: int = 84

    @property
    def cells(self) -> list[list[str]]:
        """The grid's rows."""
        return [line.split() for line in self.grid.strip().splitlines()]


S, E = State, Event

HINTS: Mapping[View, Hint] = {
    View.OVERVIEW: Hint(
        grid="""
            signed_out  signed_in             legend               legend                     legend          legend
            .           order_list            .                    .                          .               .
            .           order_details         .                    .                          support_needed  in_support
            .           installment_options   .                    .                          support_needed  in_support
            .           consequences          verification_choice  verification_choice        support_needed  in_support
            .           verification_decision .                    .                          support_needed  in_support
            .           cancelling            face_verification    other_verification         support_needed  in_support
            plan_kept   .                     anywhere             anywhere                   .               .
            abandoned   plan_cancelled        both_cancelled       face_verification_removed  expired         refused
        """,
        columns={"zh": (50, 100, 100, 60, 100, 60, 20), "en": (50, 90, 100, 60, 90, 60, 20), "both": (50, 110, 140, 90, 110, 90, 20)},
        rows={
            "zh": (40, 30, 30, 30, 30, 30, 70, 40, 60, 20),
            "en": (40, 30, 30, 30, 30, 30, 70, 40, 60, 20),
            "both": (60, 50, 50, 50, 50, 50, 110, 60, 80, 20),
        },
        name=70,
        frames=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        draws_once=3,
        is_brief=True,
        text={"zh": 110, "en": 110, "both": 110},
        titles_left=("orders", "order", "option", "confirm"),
    ),
    View.SELF_SERVICE: Hint(
        grid="""
            signed_out    signed_in              order_list         order_details  installment_options
            consequences  verification_decision  .                  cancelling     plan_cancelled
            .             verification_choice    face_verification  .              .
            .             .                      other_verification .              plan_kept
        """,
        columns={"zh": (60, 110, 90, 110, 90, 40), "en": (60, 90, 80, 90, 80, 30), "both": (60, 110, 100, 110, 100, 30)},
        rows={"zh": (80, 90, 80, 60, 40), "en": (80, 90, 100, 80, 40), "both": (80, 120, 120, 120, 40)},
        text={"zh": 110, "en": 90, "both": 110},
    ),
    View.FACE_VERIFICATION: Hint(
        grid="""
            installment_options        consequences  verification_decision  .                   cancelling
            .                          .             verification_choice    face_verification   cancelling
            .                          .             verification_choice    other_verification  cancelling
            face_verification_removed  in_support    support_needed         support_needed      support_needed
        """,
        columns={"zh": (40, 60, 110, 180, 120, 30), "en": (40, 50, 100, 180, 110, 30), "both": (40, 60, 110, 180, 120, 30)},
        rows={"zh": (80, 90, 90, 100, 40), "en": (80, 120, 120, 120, 40), "both": (80, 140, 160, 160, 40)},
        events=(
            E.CONFIRM_CANCELLATION,
            E.SKIP_FACE_VERIFICATION,
            E.REQUIRE_VERIFICATION,
            E.START_FACE_VERIFICATION,
            E.START_OTHER_VERIFICATION,
            E.PASS_VERIFICATION,
            E.FAIL_VERIFICATION,
            E.VERIFICATION_UNAVAILABLE,
            E.WITHDRAW_FACE_CONSENT,
            E.REQUEST_FACE_VERIFICATION_REMOVAL,
            E.CONTACT_SUPPORT,
            E.WAIVE_VERIFICATION,
            E.REMOVE_FACE_VERIFICATION,
        ),
        tells_effects=True,
        text={"zh": 130, "en": 130, "both": 140},
    ),
    View.SUPPORT: Hint(
        grid="""
            order_list           support_needed  in_support  face_verification_removed
            order_details        support_needed  in_support  face_verification_removed
            installment_options  support_needed  in_support  refused
            consequences         support_needed  in_support  refused
            verification_choice  support_needed  in_support  plan_cancelled
            face_verification    support_needed  in_support  plan_cancelled
            other_verification   support_needed  in_support  both_cancelled
            cancelling           support_needed  in_support  both_cancelled
            anywhere             .               .           .
        """,
        columns={"zh": (60, 200, 120, 180, 30), "en": (60, 220, 110, 180, 30), "both": (60, 220, 130, 200, 30)},
        rows={"zh": (80, 40, 40, 40, 40, 40, 40, 40, 40, 30), "both": (80, 60, 60, 60, 60, 60, 60, 60, 60, 30)},
        frames=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        text={"zh": 150, "en": 150, "both": 180},
    ),
    View.ENDS: Hint(
        grid="""
            consequences  plan_kept                  .
            consequences  abandoned                  .
            consequences  face_verification_removed  in_support
            cancelling    both_cancelled             in_support
            cancelling    plan_cancelled             support_needed
            anywhere      refused                    .
            anywhere      expired                    .
        """,
        columns={"zh": (60, 240, 280, 60), "en": (50, 240, 280, 40), "both": (50, 260, 290, 40)},
        rows={"zh": (80, 50, 60, 50, 50, 60, 50, 40), "en": (80, 50, 60, 60, 60, 60, 50, 40), "both": (80, 60, 80, 80, 80, 80, 60, 40)},
        text={"zh": 160, "en": 160, "both": 180},
    ),
}
