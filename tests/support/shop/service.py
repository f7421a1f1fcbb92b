"""The shop's HTTP service."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.support.shop.rules import Refused, Shop


def service(shop: Shop) -> FastAPI:
    """The shop over HTTP: POST /cases, POST /cases/{id}/events, GET /cases/{id}; each tells the stage."""
    app = FastAPI(openapi_url=None)

    @app.post("/cases")
    async def open_case(request: Request) -> JSONResponse:
        shop.open(await request.json())
        return JSONResponse({"stage": "login"})

    @app.post("/cases/{case_id}/events")
    async def take(case_id: str, request: Request) -> JSONResponse:
        form = await request.json()
        try:
            told, status = shop.handle(case_id, form["event"], form["by"], form["data"]), 200
        except Refused as refused:
            told, status = {"why": str(refused)}, 409
        return JSONResponse({**told, "stage": shop.case(case_id)["stage"]}, status)

    @app.get("/cases/{case_id}")
    async def show(case_id: str) -> JSONResponse:
        return JSONResponse({"stage": shop.case(case_id)["stage"]})

    return app
