"""The chat server that every tutorial has: a list of sockets and a loop over it.

It knows nobody, keeps nothing and checks nothing, which makes it the fastest server that one gets by copying, and so
the one to be measured against. Nothing in it is made slower than what is copied; it has rooms because what it is
compared with has them.
"""

from __future__ import annotations

from collections import defaultdict

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


class ConnectionManager:
    def __init__(self) -> None:
        self.rooms: defaultdict[str, list[WebSocket]] = defaultdict(list)

    async def connect(self, room: str, websocket: WebSocket) -> None:
        await websocket.accept()
        self.rooms[room].append(websocket)

    def disconnect(self, room: str, websocket: WebSocket) -> None:
        self.rooms[room].remove(websocket)

    async def broadcast(self, room: str, message: str) -> None:
        for connection in self.rooms[room]:
            await connection.send_text(message)


app = FastAPI()
manager = ConnectionManager()


@app.get("/healthz")
async def healthz() -> None:
    """So that both servers are waited for in the same way."""


@app.websocket("/chat/{room}")
async def chat(websocket: WebSocket, room: str) -> None:
    await manager.connect(room, websocket)
    try:
        while True:
            await manager.broadcast(room, await websocket.receive_text())
    except WebSocketDisconnect:
        manager.disconnect(room, websocket)
