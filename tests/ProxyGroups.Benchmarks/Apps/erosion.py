"""What might lessen what workers write to of the pages that they share: hooks for BeforeFork and AfterFork. See Experiments/PreloadErosion.cs."""

import ctypes
import gc

_PR_SET_THP_DISABLE = 41


def trim():
    """Free memory at the end of malloc's heap, and whole free pages within it, go back to the kernel."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def no_large_pages():
    ctypes.CDLL(None).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0)


def keep_holes():
    """The free blocks of Python's allocator stay free."""
    from proxygroups import free_blocks

    free_blocks.take = lambda: 0


def keep_garbage():
    """No collection before the fork."""
    gc.collect = lambda generation=2: 0


def no_freeze():
    gc.freeze = lambda: None


def no_collection():
    gc.disable()


def rare_collection():
    gc.set_threshold(50_000, 50, 1_000)


def young_collection():
    """Never the oldest generation."""
    gc.set_threshold(700, 10, 1_000_000)
