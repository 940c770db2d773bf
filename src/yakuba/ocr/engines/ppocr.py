"""The line readers PP-OCRv6 small and PP-OCRv5 mobile and the text detector, on onnxruntime.

They give probabilities, not texts: the grammar of the field decides what a probability means
(``domain.decoding``). Source of the models: PaddleOCR, Apache-2.0 (see ``yakuba models list``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.core.weights import find
from yakuba.ocr.domain.decoding.lattice import FLOOR, Lattice

HEIGHT = 48  # px, what both readers were trained on
NARROWEST = 48
WIDEST = 3200
BATCH = 6
FRAME_PX = 8  # one frame a this many columns

Engine = Literal["v6", "v5"]
_WEIGHTS: dict[Engine, str] = {"v6": "ppocrv6-rec-small", "v5": "ppocrv5-rec-mobile"}


@cache
def session(name: str) -> Any:
    """An onnxruntime session on one thread; kept, since loading costs more than a line."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena keeps the largest batch ever seen for ever; a page of fields needs little.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(find(name)), options, providers=["CPUExecutionProvider"])


def _alphabet(engine: Engine) -> tuple[str, ...]:
    if engine == "v6":
        text = session(_WEIGHTS["v6"]).get_modelmeta().custom_metadata_map["character"]
    else:
        text = find("ppocrv5-dict").read_text("utf-8")
    characters = text.split("\n")
    if characters[-1] == "":
        characters.pop()
    return ("", *(one.strip("\r") for one in characters), " ")


class LineReader:
    """One engine. ``read`` gives one lattice a crop, in the crops' order."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Engine = engine
        self._session = session(_WEIGHTS[engine])
        self.alphabet = _alphabet(engine)
        self._input = self._session.get_inputs()[0].name

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> list[Lattice]:
        """``crops``: gray or BGR, one line each, any size, dark on light."""
        prepared = [prepare(crop) for crop in crops]
        order = sorted(range(len(prepared)), key=lambda place: prepared[place].shape[2])
        found: dict[int, Lattice] = {}
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            widest = max(prepared[place].shape[2] for place in places)
            batch = np.ones((len(places), 3, HEIGHT, widest), np.float32)
            for row, place in enumerate(places):
                batch[row, :, :, : prepared[place].shape[2]] = prepared[place]
            probabilities = self._session.run(None, {self._input: batch})[0]
            for row, place in enumerate(places):
                frames = max(1, -(-prepared[place].shape[2] // FRAME_PX))
                found[place] = self._lattice(probabilities[row, :frames])
        return [found[place] for place in range(len(prepared))]

    def _lattice(self, probabilities: NDArray[np.float32]) -> Lattice:
        if probabilities.shape[1] != len(self.alphabet):
            raise ValueError(
                f"{_WEIGHTS[self.engine]}: {probabilities.shape[1]} outputs, "
                f"but the dictionary has {len(self.alphabet)}"
            )
        with np.errstate(divide="ignore"):
            log_probs = np.maximum(np.log(probabilities), np.float32(FLOOR))
        return Lattice(log_probs.astype(np.float32), self.alphabet, self.engine)


def prepare(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The crop 48 px high as 3 x 48 x width in -1 to 1, as the readers were trained."""
    if crop.ndim == 2:
        crop = np.asarray(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR), np.uint8)
    height, width = crop.shape[:2]
    wide = int(np.clip(round(width * HEIGHT / max(height, 1)), 8, WIDEST))
    way = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    small = cv2.resize(crop, (wide, HEIGHT), interpolation=way)
    if wide < NARROWEST:
        edge = ((0, 0), (0, NARROWEST - wide), (0, 0))
        small = np.pad(small, edge, constant_values=255)
    return np.asarray(small.transpose(2, 0, 1) / np.float32(127.5) - np.float32(1), np.float32)
