"""Are marks turned into rectangles, and rectangles into lines in reading order?"""

import math

import cv2
import numpy as np
import pytest

from edge.chamber.text_regions import Region, box, find, largest_print, rows, wanted


def word(x: float, y: float, width: float = 80, height: float = 20, angle: float = 0) -> Region:
    return Region(x, y, width, height, angle)


def turned(regions: list[Region], degrees: float) -> list[Region]:
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return [
        Region(r.x * cos - r.y * sin, r.x * sin + r.y * cos, r.width, r.height, r.angle + angle)
        for r in regions
    ]


def test_a_mark_becomes_a_larger_rectangle_in_pixels_of_the_picture() -> None:
    marks = np.zeros((240, 320), np.float32)
    marks[100:110, 60:160] = 0.9
    (region,) = find(marks, (640, 480))
    assert (region.x, region.y) == pytest.approx((219, 209), abs=2)
    assert region.width > 200
    assert region.height > 40
    assert not region.is_upended


@pytest.mark.parametrize("degrees", [-30, -10, 0, 10, 30])
def test_a_turned_mark_keeps_its_angle(degrees: float) -> None:
    marks = np.zeros((400, 400), np.float32)
    corners = cv2.boxPoints(((200, 200), (160, 14), degrees)).astype(np.int32)
    cv2.fillPoly(marks, [corners], (0.9,))
    (region,) = find(marks, (400, 400))
    assert math.degrees(region.angle) == pytest.approx(degrees, abs=2)
    assert region.width > region.height


def test_faint_and_tiny_marks_are_no_text() -> None:
    marks = np.zeros((240, 320), np.float32)
    marks[20:40, 20:200] = 0.35
    marks[100, 100:102] = 1
    assert find(marks, (320, 240)) == []


def test_a_mark_at_the_edge_is_found() -> None:
    marks = np.zeros((240, 320), np.float32)
    marks[0:8, 0:320] = 0.9
    assert len(find(marks, (320, 240))) == 1


@pytest.mark.parametrize("degrees", [-20, 0, 20])
def test_lines_come_top_to_bottom_and_left_to_right(degrees: float) -> None:
    first, second, third = word(100, 50), word(195, 51), word(100, 90)
    first, second, third = turned([first, second, third], degrees)
    assert rows([third, second, first]) == [(first, second), (third,)]


def test_columns_are_separate_lines() -> None:
    left, right = word(100, 50), word(400, 50)
    assert rows([right, left]) == [(left,), (right,)]


def test_small_print_beside_large_print_is_a_line_of_its_own() -> None:
    large, small = word(100, 50, height=40), word(190, 50, height=15)
    assert rows([small, large]) == [(large,), (small,)]


def test_what_stands_above_is_not_beside_however_tall() -> None:
    above, below = word(100, 50, height=40), word(105, 66, height=40)
    assert rows([below, above]) == [(above,), (below,)]


def test_text_that_runs_down_is_a_line_of_its_own() -> None:
    left, right = word(100, 200, width=20, height=160), word(130, 201, width=20, height=160)
    assert left.is_upended
    assert left.print_px == 20
    assert rows([left, right]) == [(left,), (right,)]


def test_no_regions_are_no_lines() -> None:
    assert rows([]) == []


def test_large_print_comes_first_and_like_print_from_the_top() -> None:
    heading, first, second = word(0, 300, height=60), word(0, 10, height=20), word(0, 40, height=22)
    assert largest_print([second, first, heading], 2) == [heading, first]


def test_what_one_looks_at_comes_before_larger_print_elsewhere() -> None:
    posters = [word(0, 40 * n, height=30) for n in range(6)]
    label = word(900, 500, height=8)
    assert label not in largest_print([*posters, label], 4)
    chosen = wanted([*posters, label], 6, (905, 498))
    assert chosen[0] == label
    assert len(chosen) == 6
    assert label.distance_px((900, 500)) == 0


def test_a_box_stays_inside_the_picture() -> None:
    assert box([word(20, 5), word(600, 5)], (640, 480)) == pytest.approx((0, 0, 1, 15 / 480))
