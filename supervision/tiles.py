"""Where the townships lie, roughly (示意): a grid of tiles, north on top, for the board's drawing."""

from dataclasses import dataclass

from supervision.board_rows import Row

WIDTH, HEIGHT = 4, 4
# Column and row of a township's tile by its code; a township without a place stands after the others.
PLACES = {
    "532326207": (0, 0),  # 铁锁
    "532326206": (1, 0),  # 湾碧
    "532326108": (2, 0),  # 桂花
    "532326208": (0, 1),  # 三台
    "532326204": (1, 1),  # 昙华
    "532326107": (2, 1),  # 三岔河
    "532326103": (3, 1),  # 六苴
    "532326102": (1, 2),  # 石羊
    "532326101": (2, 2),  # 金碧
    "532326106": (3, 2),  # 赵家店
    "532326105": (2, 3),  # 新街
    "532326104": (3, 3),  # 龙街
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One township's tile; `css` shades what lags or is done, the word says it."""

    row: Row
    css: str

    @property
    def lag_text(self) -> str:
        return f"滞后 {self.row.main.work.lag}"


def tiles(rows: list[Row]) -> list[Tile | None]:
    """Tiles line by line, None for an empty place; townships of another county follow in their order."""
    grid: list[Tile | None] = [None] * (WIDTH * HEIGHT)
    rest: list[Tile | None] = []
    for row in rows:
        kind = row.main.status.kind
        tile = Tile(row, {"lag": "lag", "over": "lag", "done": "done"}.get(kind, ""))
        if row.code in PLACES:
            column, line = PLACES[row.code]
            grid[line * WIDTH + column] = tile
        else:
            rest.append(tile)
    if not any(grid):
        return rest
    return [*grid, *rest]
