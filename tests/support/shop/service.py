"""The shop's service: POST /cases, POST /cases/{id}/events, GET /cases/{id}; each answers with the stage."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.support.shop.rules import Refused, Shop


def answer(shop: Shop, method: str, path: str, form: Any) -> tuple[int, dict[str, Any]]:
    """The status and the body of the answer."""
    _, _, *rest = path.split("/")
    if method == "GET":
        return 200, {"stage": shop.case(rest[0])["stage"]}
    if not rest:
        shop.open(form)
        return 200, {"stage": "login"}
    try:
        body, status = shop.handle(rest[0], form["event"], form["by"], form["data"]), 200
    except Refused as refused:
        body, status = {"why": str(refused)}, 409
    return status, {**body, "stage": shop.case(rest[0])["stage"]}


def service(shop: Shop) -> FastAPI:
    """The shop over HTTP."""
    app = FastAPI(openapi_url=None)

    @app.post("/{path:path}")
    async def post(path: str, request: Request) -> JSONResponse:
        status, body = answer(shop, "POST", f"/{path}", await request.json())
        return JSONResponse(body, status)

    @app.get("/{path:path}")
    async def get(path: str) -> JSONResponse:
        status, body = answer(shop, "GET", f"/{path}", None)
        return JSONResponse(body, status)

    return app
