"""What workers have of the process that they are forked from and would not have, had they been started plainly. Status says without it what sharing saves."""

from . import free_blocks, free_chunks

_noted = 0
_is_moved = False


def note(size):
    """In bytes."""
    global _noted
    _noted += max(0, size)


def take_free(is_natural):
    """Before code is copied. `is_natural`: nothing more is imported that could have used it, and a plain worker has as much of it."""
    global _is_moved
    _is_moved = True
    _take(is_natural)


def take_rest():
    """Before the first fork: if code was copied, the places where it was."""
    global _is_moved
    _take(not _is_moved)
    _is_moved = False


def total():
    """With what this process has of the one that it was forked from itself."""
    return _noted


def _take(is_natural):
    taken = free_blocks.take() + free_chunks.take()
    if not is_natural:
        note(taken)
