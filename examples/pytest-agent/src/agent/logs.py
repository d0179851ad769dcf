"""The assistant's own logs, in the project that it works on."""

import logging


def setup_logging(project_dir):
    _to_file("agent", project_dir / ".agent" / "session.log")


def setup_model_logger(project_dir):
    _to_file("agent.model", project_dir / ".agent" / "session_model.log")


def _to_file(name, path):
    path.parent.mkdir(exist_ok=True)
    logger = logging.getLogger(name)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(logging.DEBUG)
    # what the user reads is not mixed with what the assistant notes
    logger.propagate = False
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
