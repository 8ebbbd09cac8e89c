"""The paths of the API: GET and HEAD alone, each a question to the reading (docs/api.md)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from node.commands.shown import dumps
from node.errors import QiaoError
from node.language import speaking
from node.version import version

from . import heads, models, problem
from .front import Front, answer, language_of
from .models import Shape
from .problem import MEDIA, Refused, Told
from .queries import Nothing, OfCalls, OfExceptions, OfFigures, OfTickets, Paging
from .reading import Asked, Window
from .visitor import Desk, Visitor, entered

PREFIX = "/api/v1"
ABOUT = """Consolidated data of a Qiao node for auditors' own programs: read-only, without personal data. Words \
(names, telephone and identity numbers, narratives, what people wrote in acts) and attachments are in no answer."""
Entered = Annotated[Visitor, Depends(entered)]
Ask = Callable[[Window], dict[str, Any]]


def _responses(*more: int) -> dict[int | str, dict[str, Any]]:
    """What every path may answer besides its 200."""
    told = {
        401: "no token, or none that is good", 406: "the caller takes no JSON", 422: "a parameter is off",
        429: "too often; `Retry-After` says when", 500: "a fault of the program", 503: "busy, or too slow",
        403: "not for this token's reach", 404: "not there, or out of reach", 410: "erased by law",
    }  # fmt: skip
    always = {one: told[one] for one in (401, 406, 422, 429, 500, 503, *more)}
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
    found: dict[int | str, dict[str, Any]] = {
        code: {"description": text, "content": {MEDIA: shape}} for code, text in sorted(always.items())
    }
    return {304: {"description": "what `If-None-Match` names is still so"}, **found}


router = APIRouter(prefix=PREFIX)


async def _answer(
    request: Request, visitor: Visitor, shape: type[Shape], ask: Ask, *, timed: bool = False
) -> Response:
    """Read, held against its shape and written on the reading's thread; not even read, where the caller has it."""
    desk: Desk = request.app.state.desk
    known = request.headers.get("if-none-match", "")
    asked = (request.url.path, request.url.query, visitor.scope)

    def work(window: Window) -> tuple[str, bytes | None]:
        tag = heads.tag(
            *asked, window.mark(timed)
        )  # before it is read: what comes meanwhile makes it old at once
        if known and heads.is_known(known, tag):
            return tag, None
        found = ask(window)
        shape.model_validate(found)
        return tag, None if known == "*" else dumps(found).encode()

    tag, body = await desk.room.ask(visitor.language, work)
    if body is None:
        return Response(status_code=304, headers={"etag": tag})
    return Response(body, media_type="application/json", headers={"etag": tag})


def _page(request: Request, query: Paging, visitor: Visitor) -> Asked:
    question = f"{request.url.path} {query.question()} {visitor.scope}"
    return Asked(question, query.limit, query.after, visitor.scope)


@router.get("/tickets", response_model=models.Tickets, responses=_responses(404), tags=["records"])
async def tickets(request: Request, visitor: Entered, query: Annotated[OfTickets, Query()]) -> Response:
    """A page of the tickets in reach."""
    asked = _page(request, query, visitor)
    late = query.overdue == "true"
    how: dict[str, Any] = query.model_dump(include={"phase", "status", "unit", "sort"})

    def ask(window: Window) -> dict[str, Any]:
        return window.records("ticket", asked, overdue=late, **how)

    return await _answer(request, visitor, models.Tickets, ask, timed=late)


@router.get(
    "/tickets/{record}", response_model=models.TicketWhole, responses=_responses(404, 410), tags=["records"]
)
async def ticket(request: Request, visitor: Entered, record: str, _: Annotated[Nothing, Query()]) -> Response:
    """One ticket, by record id or number, with its assignments, deadlines, cards and exceptions."""
    ask = _whole("ticket", record, visitor)
    return await _answer(request, visitor, models.TicketWhole, ask, timed=True)


@router.get(
    "/tickets/{record}/acts", response_model=models.Acts, responses=_responses(404, 410), tags=["records"]
)
async def ticket_acts(
    request: Request, visitor: Entered, record: str, query: Annotated[Paging, Query()]
) -> Response:
    """A ticket's timeline: every act that is here, with its verdict."""
    asked = _page(request, query, visitor)
    return await _answer(request, visitor, models.Acts, lambda window: window.acts("ticket", record, asked))


@router.get("/calls", response_model=models.Calls, responses=_responses(), tags=["records"])
async def calls(request: Request, visitor: Entered, query: Annotated[OfCalls, Query()]) -> Response:
    """A page of the ledger of calls."""
    asked = _page(request, query, visitor)
    how: dict[str, Any] = query.model_dump(include={"phase", "sort"})
    return await _answer(request, visitor, models.Calls, lambda window: window.records("call", asked, **how))


@router.get(
    "/calls/{record}", response_model=models.CallWhole, responses=_responses(404, 410), tags=["records"]
)
async def call(request: Request, visitor: Entered, record: str, _: Annotated[Nothing, Query()]) -> Response:
    """One call, by record id or number."""
    ask = _whole("call", record, visitor)
    return await _answer(request, visitor, models.CallWhole, ask, timed=True)


@router.get(
    "/calls/{record}/acts", response_model=models.Acts, responses=_responses(404, 410), tags=["records"]
)
async def call_acts(
    request: Request, visitor: Entered, record: str, query: Annotated[Paging, Query()]
) -> Response:
    """A call's timeline."""
    asked = _page(request, query, visitor)
    return await _answer(request, visitor, models.Acts, lambda window: window.acts("call", record, asked))


def _whole(matter: str, record: str, visitor: Visitor) -> Ask:
    return lambda window: window.record(matter, record, visitor.scope)


@router.get("/exceptions", response_model=models.Exceptions, responses=_responses(), tags=["oversight"])
async def exceptions(request: Request, visitor: Entered, query: Annotated[OfExceptions, Query()]) -> Response:
    """Open exceptions: everything that didn't simply apply, and that nobody has settled."""
    asked = _page(request, query, visitor)
    return await _answer(
        request, visitor, models.Exceptions, lambda window: window.open_exceptions(asked, query.kind)
    )


@router.get("/cards", response_model=models.Cards, responses=_responses(), tags=["oversight"])
async def cards(request: Request, visitor: Entered, query: Annotated[Paging, Query()]) -> Response:
    """Supervision cards that were issued, whether they stand or not."""
    asked = _page(request, query, visitor)
    return await _answer(request, visitor, models.Cards, lambda window: window.cards(asked), timed=True)


@router.get("/units", response_model=models.Units, responses=_responses(), tags=["tree"])
async def units(request: Request, visitor: Entered, query: Annotated[Paging, Query()]) -> Response:
    """Units of the tree, by path."""
    asked = _page(request, query, visitor)
    return await _answer(request, visitor, models.Units, lambda window: window.units_page(asked))


@router.get("/figures", response_model=models.Figures, responses=_responses(404), tags=["figures"])
async def figures(request: Request, visitor: Entered, query: Annotated[OfFigures, Query()]) -> Response:
    """Figures of the catalogue as of now, with numerators and denominators; by a dimension, where one is named."""

    def ask(window: Window) -> dict[str, Any]:
        return window.figures(
            by=query.by, period=query.period, unit=query.unit, chosen=query.figure, scope=visitor.scope
        )

    return await _answer(request, visitor, models.Figures, ask, timed=True)


@router.get("/checkpoint", response_model=models.Checkpoint, responses=_responses(403), tags=["proof"])
async def checkpoint(request: Request, visitor: Entered, _: Annotated[Nothing, Query()]) -> Response:
    """The newest signed checkpoint of the node's whole log. Keep it: `qiao audit compare` holds a later one to it."""
    if visitor.scope:
        raise Refused("token_reach")
    return await _answer(request, visitor, models.Checkpoint, lambda window: window.checkpoint())


@router.get("/health", response_model=models.Health, responses=_responses(), tags=["proof"])
async def health(request: Request, visitor: Entered, _: Annotated[Nothing, Query()]) -> Response:
    """How old, and how whole, is what is told here."""
    return await _answer(
        request, visitor, models.Health, lambda window: window.health(visitor.scope), timed=True
    )


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """Needs no token: it says nothing that isn't in the program."""
    body = dumps(document())
    tag = heads.tag(body)
    if heads.is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"etag": tag})
    return Response(body, media_type="application/json", headers={"etag": tag})


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, HEAD included."""
    told = get_openapi(title="Qiao", version=version(), description=ABOUT, routes=router.routes)
    schemas = told["components"]["schemas"]
    schemas["Problem"] = models.Problem.model_json_schema()
    for path in told["paths"].values():
        get = path["get"]
        path["head"] = {
            **get, "operationId": get["operationId"] + "_head", "summary": "The head alone: " + get["summary"],
            "responses": {
                code: {"description": one["description"], **({"headers": one["headers"]} if "headers" in one else {})}
                for code, one in get["responses"].items()
            },
        }  # fmt: skip
    return dict(told)


def build(desk: Desk, *, own_names: bool = True) -> ASGIApp:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.desk = desk
    app.include_router(router)

    async def failed(request: Request, fault: Exception) -> Response:
        headers: dict[str, str] = {}
        with speaking(language_of(request, desk.language)):
            told = _told(fault)
        if isinstance(fault, HTTPException):
            headers = dict(fault.headers or {})
        return answer(told, request.scope, headers.items())

    for kind in (RequestValidationError, HTTPException, Refused, QiaoError, Exception):
        app.add_exception_handler(kind, failed)
    return Front(app, desk.language, own_names=own_names)


def _told(fault: Exception) -> Told:
    if isinstance(fault, RequestValidationError):
        place = fault.errors()[0]["loc"][-1] if fault.errors() else ""
        return problem.refused("bad_query", ascii(str(place)[:40]))
    if isinstance(fault, HTTPException):
        return problem.refused({404: "no_such_path", 405: "bad_method"}.get(fault.status_code, "bad_query"))
    return problem.of(fault)
