"""The shop's pages: one opens a case and writes a ticket, one raises an event."""

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

from process import Actor, Event, Goal, Refused, store
from process.store.django import borrowed
from tests.support.django_shop.models import Ticket

told: list[str] = []


def open_case(request: HttpRequest, order: str) -> JsonResponse:
    with transaction.atomic(), borrowed() as conn:
        Ticket.objects.create(order_ref=order)
        case = store.open(conn, goal=Goal.PLAN, account="acct", order=order, case_id=f"case-{order}")
        transaction.on_commit(lambda: told.append(case.case_id))
    if "fail" in request.GET:
        raise RuntimeError("after the case was opened")
    return JsonResponse({"state": case.state})


def raise_event(request: HttpRequest, order: str) -> JsonResponse:
    body = json.loads(request.body)
    with transaction.atomic(), borrowed() as conn:
        try:
            done = store.handle(
                conn, f"case-{order}", Event(body["event"]), body["data"], event_id=body["id"], by=Actor.CUSTOMER
            )
        except Refused as refusal:  # inside, so that it is kept
            return JsonResponse({"refused": refusal.text("zh")}, status=409)
    return JsonResponse({"state": done.case.state, "duplicate": done.is_duplicate})


urlpatterns = [path("open/<order>", open_case), path("event/<order>", raise_event)]
