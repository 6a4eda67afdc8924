from __future__ import annotations

import threading

from kampyn_perf.backend.object_pool import ObjectPool


def test_what_is_given_back_is_reset_and_given_out_again() -> None:
    pool: ObjectPool[dict[str, int]] = ObjectPool(dict, reset=dict.clear)
    first = pool.acquire()
    first["secret"] = 1
    pool.release(first)
    again = pool.acquire()
    assert again is first
    assert again == {}
    assert pool.acquire() is not first


def test_no_more_than_so_many_are_kept_and_the_rest_is_ended() -> None:
    ended: list[list[int]] = []
    pool: ObjectPool[list[int]] = ObjectPool(list, max_size=2, discard=ended.append)
    items = [[number] for number in range(5)]
    for item in items:
        pool.release(item)
    assert len(pool) == 2
    assert ended == items[:3]
    pool.close()
    assert (len(pool), ended) == (0, items)


def test_threads_never_share_an_object() -> None:
    pool: ObjectPool[list[int]] = ObjectPool(list, max_size=3)
    shared: list[bool] = []

    def use() -> None:
        for _ in range(500):
            item = pool.acquire()
            item.append(1)
            shared.append(len(item) != 1)
            item.clear()
            pool.release(item)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(shared)
    assert len(pool) <= 3
