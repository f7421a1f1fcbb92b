"""The places of states in the pictures, which no model can give. A test holds every name here to the model.

A grid is read like the page: a name stands in its cell, and one that is repeated fills all of its cells. ``a>b`` is a
signpost: the arrow from a to b ends at it, and it names the state where it continues. A state that no grid names is drawn
all the same, in a row of its own below.
"""

from __future__ import annotations

from collections.abc import Mapping

from process.diagram.view_options import View, ViewLayout
from process.model import Event, State

S, E = State, Event

VIEW_LAYOUTS: Mapping[View, ViewLayout] = {
    View.OVERVIEW: ViewLayout(
        grid="""
            signed_out  signed_in             legend               legend              legend          legend
            .           order_list            .                    .                   .               in_support>order_list
            .           order_details         .                    .                   support_needed  in_support>signed_out
            .           installment_options   .                .                  support_needed  in_support>consequences
            consequences>face_verification_removed  consequences  verification_choice  verification_choice support_needed  .
            .           verification_decision .                    .                   support_needed  in_support
            .           cancelling            other_verification   face_verification   support_needed  in_support
            plan_kept   .                     anywhere>abandoned   anywhere            expired         refused
            abandoned   .           anywhere>plan_ended_otherwise  anywhere        .  anywhere>plan_cancelled
            plan_ended_otherwise  plan_cancelled  both_cancelled  face_verification_removed  face_verification_removed  .
        """,
        columns={
            "zh": (50, 90, 70, 80, 100, 90, 40),
            "en": (40, 90, 100, 80, 90, 90, 40),
            "both": (50, 180, 160, 120, 140, 120, 50),
        },
        rows={
            "zh": (40, 30, 30, 30, 30, 30, 60, 60, 40, 50, 10),
            "en": (40, 30, 30, 30, 30, 30, 60, 60, 20, 50, 10),
            "both": (60, 50, 40, 60, 60, 50, 90, 70, 40, 60, 10),
        },
        groups=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        merges=True,
        draws_once=3,
        refers_back=True,
        signs_from=2,
        names={"zh": 70, "en": 70, "both": 84},
        text={"zh": 110, "en": 95, "both": 156},
        titles={
            **dict.fromkeys(("orders", "order", "option"), "left"),
            **dict.fromkeys(("good", "bad", "support"), "between"),
            "confirm": "low",
        },
        room={"confirm": (80, 0, 0), "confirm.both": (130, 0, 0), "support": (0, 10, 10)},
        legend_shift={"zh": 60, "en": 90, "both": 50},
        sides={
            "signed_out-signed_in": "R L",
            "signed_in-order_list": "B T",
            "order_list-order_details": "B T",
            "order_details-installment_options": "B T",
            "installment_options-consequences": "B T",
            "consequences-consequences": "R R",
            "consequences-verification_decision": "B T",
            "consequences-face_verification_removed": "LT R",
            "consequences-plan_kept": "BL R",
            "consequences-cancelling": "B L",
            "verification_decision-cancelling": "B T",
            "cancelling-plan_cancelled": "B T",
            "cancelling-both_cancelled": "B T",
            "verification_decision-verification_choice": "R B",
            "verification_choice-face_verification": "B T",
            "face_verification+other_verification-verification_choice": "T B",
            "verification_choice-other_verification": "B T",
            "face_verification+other_verification-cancelling": "L R",
            "face_verification+other_verification-support_needed": "R L",
            "verification_choice-support_needed": "R L",
            "installment_options-support_needed": "R L",
            "order_details-support_needed": "R L",
            "in_support-order_list": "R R",
            "in_support-signed_out": "R R",
            "order_list-support_needed": "R LT",
            "cancelling-support_needed": "B B",
            "in_support-in_support": "L L",
            "in_support-consequences": "T B",
            "support_needed-in_support": "R L",
            "in_support-support_needed": "L R",
            "support_needed-support_needed": "L L",
            "in_support-refused": "B T",
            "anywhere-support_needed": "T B",
            "anywhere-abandoned": "L R",
            "anywhere-plan_ended_otherwise": "L R",
            "anywhere-expired": "R L",
            "anywhere-plan_cancelled": "R L",
            "in_support-face_verification_removed": "R R",
            "anywhere-face_verification_removed": "B T",
            "anywhere-both_cancelled": "LB TR",
        },
    ),
    View.SELF_SERVICE: ViewLayout(
        grid="""
            signed_out    signed_in              order_list         order_details  installment_options
            consequences  verification_decision  .                  cancelling     plan_cancelled
            .             verification_choice    face_verification  .              .
            .             .                      other_verification .              plan_kept
        """,
        columns={"zh": (60, 110, 90, 110, 90, 30), "en": (60, 90, 80, 90, 80, 30), "both": (50, 140, 90, 90, 100, 30)},
        rows={"zh": (80, 110, 60, 50, 40), "en": (80, 110, 60, 60, 40), "both": (80, 120, 60, 50, 40)},
        runs_across=True,
        titles={"confirm": "right"},
        names={"zh": 84, "en": 84, "both": 84},
        text={"zh": 110, "en": 100, "both": 100},
        sides={
            "signed_out-signed_in": "R L",
            "signed_in-order_list": "R L",
            "order_list-order_details": "R L",
            "order_details-installment_options": "R L",
            "installment_options-consequences": "B T",
            "consequences-verification_decision": "R L",
            "verification_decision-cancelling": "R L",
            "cancelling-plan_cancelled": "R L",
            "consequences-consequences": "B B",
            "verification_choice-face_verification": "R L",
            "verification_choice-other_verification": "B L",
            "consequences-plan_kept": "R B",
        },
    ),
    View.FACE_VERIFICATION: ViewLayout(
        grid="""
            installment_options  consequences  verification_decision  .                   cancelling
            installment_options>support_needed consequences>cancelling verification_choice face_verification  cancelling
            in_support>consequences  .         verification_choice  face_verification>support_needed  cancelling
            .                          .       verification_choice    other_verification  cancelling
            face_verification_removed  in_support    support_needed         support_needed      support_needed
        """,
        columns={
            "zh": (40, 110, 120, 190, 130, 20),
            "en": (30, 110, 130, 160, 120, 20),
            "both": (20, 120, 90, 170, 110, 10),
        },
        rows={
            "zh": (70, 80, 60, 60, 120, 20),
            "en": (70, 110, 70, 60, 120, 10),
            "both": (80, 100, 90, 60, 100, 10),
        },
        titles={"support": "right"},
        room={"confirm": (0, 60, 0)},
        sides={
            "consequences-verification_decision": "R L",
            "verification_decision-cancelling": "R L",
            "consequences-cancelling": "B T",
            "installment_options-support_needed": "B T",
            "verification_decision-verification_choice": "B T",
            "verification_choice-face_verification": "R L",
            "face_verification-verification_choice": "L R",
            "verification_choice-other_verification": "R L",
            "other_verification-verification_choice": "L R",
            "face_verification-cancelling": "R L",
            "other_verification-cancelling": "R L",
            "face_verification-support_needed": "B T",
            "other_verification-support_needed": "B T",
            "verification_choice-support_needed": "B T",
            "support_needed-in_support": "L R",
            "in_support-consequences": "T B",
            "in_support-face_verification_removed": "L R",
        },
        brief=("both",),
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
            E.CHOOSE_ANOTHER_WAY,
            E.REQUEST_FACE_VERIFICATION_REMOVAL,
            E.CONTACT_SUPPORT,
            E.WAIVE_VERIFICATION,
            E.REMOVE_FACE_VERIFICATION,
        ),
        shows_effects=True,
        signs_from=2,
        names={"zh": 70, "en": 70, "both": 90},
        text={"zh": 130, "en": 130, "both": 160},
    ),
    View.SUPPORT: ViewLayout(
        grid="""
            order_list           order_list           support_needed  in_support  in_support>order_list
            order_details        order_details        support_needed  in_support  in_support>signed_out
            installment_options  installment_options  support_needed  in_support  in_support>consequences
            verification_choice  verification_choice  support_needed  in_support  refused
            other_verification   face_verification    support_needed  in_support  face_verification_removed
            .                    .                    support_needed  .           plan_cancelled
            cancelling           cancelling           support_needed  .           both_cancelled
            anywhere             anywhere             .               .           .
        """,
        columns={
            "zh": (40, 40, 150, 150, 180, 40),
            "en": (40, 30, 160, 160, 170, 30),
            "both": (40, 20, 150, 150, 150, 30),
        },
        rows={
            "zh": (70, 40, 40, 50, 50, 40, 20, 20, 10),
            "en": (70, 40, 40, 50, 50, 40, 20, 20, 10),
            "both": (70, 40, 40, 50, 50, 40, 20, 20, 10),
        },
        draws_once=2,
        signs_from=2,
        groups=((S.FACE_VERIFICATION.value, S.OTHER_VERIFICATION.value),),
        names={"zh": 70, "en": 70, "both": 90},
        text={"zh": 150, "en": 150, "both": 150},
        sides={
            "order_list-support_needed": "R L",
            "order_details-support_needed": "R L",
            "installment_options-support_needed": "R L",
            "verification_choice-support_needed": "R L",
            "face_verification+other_verification-support_needed": "R L",
            "face_verification-support_needed": "R L",
            "cancelling-support_needed": "R L",
            "anywhere-support_needed": "R LB",
            "support_needed-in_support": "R L",
            "in_support-support_needed": "L R",
            "support_needed-plan_cancelled": "R L",
            "support_needed-both_cancelled": "R L",
            "in_support-order_list": "R L",
            "in_support-signed_out": "R L",
            "in_support-consequences": "R L",
            "in_support-refused": "R L",
            "in_support-face_verification_removed": "R L",
            "in_support-in_support": "LB LB",
            "support_needed-support_needed": "R R",
        },
    ),
    View.ENDS: ViewLayout(
        grid="""
            .             .           plan_ended_otherwise       anywhere
            .             .           abandoned                  anywhere
            consequences  .           plan_kept                  anywhere
            consequences  .           expired                    anywhere
            consequences  in_support  refused                    anywhere
            consequences  in_support  face_verification_removed  anywhere
            cancelling    .           both_cancelled             anywhere
            cancelling    .           plan_cancelled             anywhere
        """,
        columns={"zh": (50, 60, 150, 250, 40), "en": (50, 60, 160, 250, 40), "both": (50, 60, 180, 280, 40)},
        rows={
            "zh": (70, 20, 20, 50, 20, 50, 30, 20, 20),
            "en": (70, 20, 20, 50, 20, 50, 30, 20, 20),
            "both": (80, 10, 10, 50, 20, 50, 20, 20, 20),
        },
        draws_once=3,
        signs_from=3,
        names={"zh": 84, "en": 84, "both": 130},
        text={"zh": 160, "en": 160, "both": 220},
        sides={
            "consequences-plan_kept": "R L",
            "consequences-face_verification_removed": "B L",
            "cancelling-both_cancelled": "R L",
            "cancelling-plan_cancelled": "R L",
            "anywhere-plan_ended_otherwise": "L R",
            "anywhere-abandoned": "L R",
            "anywhere-expired": "L R",
            "in_support-refused": "R L",
            "in_support-face_verification_removed": "R L",
            "anywhere-face_verification_removed": "L R",
            "anywhere-both_cancelled": "L R",
            "anywhere-plan_cancelled": "L R",
        },
    ),
}
