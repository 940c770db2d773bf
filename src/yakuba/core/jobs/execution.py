"""Run the body of a claimed job and write what became of it."""

from __future__ import annotations

import logging
import traceback
from uuid import UUID

from yakuba.core.jobs import transitions
from yakuba.core.jobs.registry import JobCancelled, JobContext, JobLost, Kind

logger = logging.getLogger(__name__)

UNEXPECTED = (
    "処理の途中で予期しない問題が起きました。"
    "もう一度試し、それでも失敗するときは、この画面の番号を添えて管理者に知らせてください。"
)


def perform(kind: Kind, job_id: UUID, token: str, attempt: int, params: dict[str, object]) -> None:
    """Run the body; whatever happens, at most one end is written, and only under ``token``."""
    try:
        result = kind.run(JobContext(job_id, token, attempt), params)
        transitions.complete(job_id, token, result or {})
    except JobLost:
        logger.warning("job %s: taken over by another worker", job_id)
    except JobCancelled:
        transitions.cancelled(job_id, token)
    except Exception as error:
        text = str(error) if isinstance(error, kind.shown) else UNEXPECTED
        transitions.fail(job_id, token, text, _without_values(error))
        logger.error("job %s (%s) failed: %s", job_id, kind.name, type(error).__name__)


def _without_values(error: Exception) -> str:
    """Where it happened. The exception's own text is left out: it may quote a person's data."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([type(error).__qualname__, *lines])
