"""Does a graph that was made for squares, made for any shape, count in the picture's own cells?"""

import numpy as np
import pytest

from models.any_shape import NotForSquares, of_any_shape
from models.graph import FloatGraph
from models.tail import session

SQUARE_PX = 32


def for_squares(sides: tuple[int, int] = (8, 8)) -> bytes:
    """Return a graph that says in which of a square's 8 columns the lightest cell is."""
    graph = FloatGraph()
    images = graph.input("images", (1, SQUARE_PX, SQUARE_PX, 3))
    planes = graph.op("Transpose", images, perm=[0, 3, 1, 2])
    small = graph.op("AveragePool", planes, kernel_shape=[8, 8], strides=[8, 8])
    kept = graph.op("Shape", small, start=0, end=2)
    wanted = graph.op("Concat", kept, graph.constant(np.array(sides, np.int64)), axis=0)
    asymmetric = {"coordinate_transformation_mode": "asymmetric"}
    large = graph.op("Resize", small, "", "", wanted, mode="linear", **asymmetric)
    grey = graph.op("ReduceMean", large, axes=[1])
    four = graph.op("Concat", grey, grey, grey, grey, axis=1)
    cells = graph.op("Transpose", four, perm=[0, 2, 3, 1])
    rows = graph.op("Reshape", cells, graph.constant(np.array([64, 4], np.int64)))
    lightest = graph.op("ArgMax", graph.op("ReduceMax", rows, axes=[1]), axis=0, keepdims=0)
    place = graph.op("Cast", lightest, to=6)
    column = graph.op("Mod", place, graph.constant(np.array(8, np.int32)))
    graph.output(graph.op("Cast", column, to=1), "column", (1,))
    return graph.save("squares")


@pytest.mark.parametrize(("height", "width"), [(32, 32), (32, 64), (64, 32), (96, 128)])
def test_cells_are_counted_in_the_picture_that_comes(height: int, width: int) -> None:
    graph = session(of_any_shape(for_squares(), SQUARE_PX))
    picture = np.zeros((1, height, width, 3), np.float32)
    picture[0, 16:24, width - 16 : width - 8] = 200
    (column,) = graph.run(None, {"images": picture})
    assert column.ravel().tolist() == [(width - 16) / 4]


def test_a_graph_without_a_squares_sides_is_refused() -> None:
    graph = FloatGraph()
    images = graph.input("images", (1, SQUARE_PX, SQUARE_PX, 3))
    graph.output(graph.op("Relu", images), "out", (1, SQUARE_PX, SQUARE_PX, 3))
    with pytest.raises(NotForSquares, match="32 pixels"):
        of_any_shape(graph.save("plain"), SQUARE_PX)
