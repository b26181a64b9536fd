namespace ProxyGroups.Scheduling;

/// <summary>
/// The offered workers of a group. Guarded by the lock of <see cref="SlotScheduler"/>.
/// The order of preference of each worker is one number, and all of them lie side by side in one array: picking is a scan for
/// the least. Up to 64 workers that is eight cache lines and no branch to mispredict but the minimum; buckets by busy count
/// would have to move workers between lists at each grant and release, and need one set per generation.
/// </summary>
internal sealed class WorkerTable
{
    private readonly Dictionary<int, long> _idleSince = [];
    private int[] _ids = [];
    private ulong[] _keys = [];
    private WorkerSlots[] _workers = [];
    private int _count;
    private int _lastEpoch;

    /// <summary>Workers whose slots are on offer, free or not.</summary>
    public int ReadyCount { get; private set; }

    public ReadOnlySpan<WorkerSlots> All => _workers.AsSpan(0, _count);

    /// <summary>Slots of all workers, those that grant nothing at the moment included.</summary>
    public long Slots
    {
        get
        {
            long slots = 0;
            foreach (WorkerSlots worker in All)
            {
                slots += Math.Max(worker.Capacity, worker.Busy);
            }

            return slots;
        }
    }

    /// <summary>Adds a worker under a new epoch. A rank that was idle stays so when its worker is replaced.</summary>
    public int Offer(int id, int rank, int generation, int capacity, long now)
    {
        var worker = new WorkerSlots(id, rank, generation, ++_lastEpoch, capacity, IdleSince(rank, now));
        Insert(worker);
        Refresh(_count - 1);
        return worker.Epoch;
    }

    /// <summary>A request waits: whoever is offered from now on may be here for it, not in the place of a worker that was idle and is gone.</summary>
    public void ForgetIdleRanks() => _idleSince.Clear();

    public WorkerSlots? Find(int id)
    {
        int index = IndexOf(id);
        return index < 0 ? null : _workers[index];
    }

    public WorkerSlots? Remove(int id)
    {
        int index = IndexOf(id);
        if (index < 0)
        {
            return null;
        }

        WorkerSlots worker = _workers[index];
        _idleSince[worker.Rank] = worker.Busy == 0 ? worker.IdleSince : long.MaxValue;
        _count--;
        Array.Copy(_ids, index + 1, _ids, index, _count - index);
        Array.Copy(_keys, index + 1, _keys, index, _count - index);
        Array.Copy(_workers, index + 1, _workers, index, _count - index);
        _workers[_count] = null!;
        CountReady();
        return worker;
    }

    /// <summary>The only way to change a state: it counts the ready ones.</summary>
    public void SetState(WorkerSlots worker, WorkerSlotsState state)
    {
        worker.State = state;
        Refresh(IndexOf(worker.Id));
    }

    public void Resize(int id, int capacity)
    {
        int index = IndexOf(id);
        if (index >= 0)
        {
            _workers[index].Resize(capacity);
            Refresh(index);
        }
    }

    /// <summary>As <see cref="Release"/>, but the worker has one slot less.</summary>
    public WorkerSlots? Forfeit(in SlotLease lease, out Slot slot)
    {
        if (Release(in lease, out slot) is not { } worker)
        {
            return null;
        }

        worker.LoseSlot();
        Refresh(IndexOf(worker.Id));
        return worker;
    }

    /// <summary>The worker that granted the lease; null: none has a free slot.</summary>
    public WorkerSlots? TryGrant(int excluded, SlotKind kind, long sequence, long now, out SlotLease lease)
    {
        int index = Pick(excluded);
        if (index < 0)
        {
            lease = default;
            return null;
        }

        WorkerSlots worker = _workers[index];
        lease = worker.Grant(sequence, kind, now);
        _keys[index] = worker.Key;
        return worker;
    }

    /// <summary>The worker that got its slot back; null: the lease was stale.</summary>
    public WorkerSlots? Release(in SlotLease lease, out Slot slot)
    {
        slot = default;
        int index = IndexOf(lease.Worker);
        if (index < 0 || !_workers[index].TryRelease(in lease, out slot))
        {
            return null;
        }

        _keys[index] = _workers[index].Key;
        return _workers[index];
    }

    // Since the last lease of any worker of this rank, of those beside it or of the one that is gone.
    private long IdleSince(int rank, long now)
    {
        long? since = _idleSince.Remove(rank, out long last) ? last : null;
        foreach (WorkerSlots other in All)
        {
            since = other.Rank == rank ? Math.Max(since ?? long.MinValue, other.Busy == 0 ? other.IdleSince : now) : since;
        }

        return Math.Min(since ?? now, now);
    }

    private int Pick(int excluded)
    {
        int best = -1;
        ulong least = WorkerSlots.Unavailable;
        ReadOnlySpan<ulong> keys = _keys.AsSpan(0, _count);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < least && _ids[i] != excluded)
            {
                (best, least) = (i, keys[i]);
            }
        }

        return best;
    }

    private int IndexOf(int id) => _ids.AsSpan(0, _count).IndexOf(id);

    private void Insert(WorkerSlots worker)
    {
        if (_count == _workers.Length)
        {
            int size = Math.Max(4, _count * 2);
            Array.Resize(ref _ids, size);
            Array.Resize(ref _keys, size);
            Array.Resize(ref _workers, size);
        }

        _ids[_count] = worker.Id;
        _workers[_count++] = worker;
    }

    private void Refresh(int index)
    {
        _keys[index] = _workers[index].Key;
        CountReady();
    }

    private void CountReady()
    {
        ReadyCount = 0;
        foreach (WorkerSlots worker in All)
        {
            ReadyCount += worker.State == WorkerSlotsState.Ready ? 1 : 0;
        }
    }
}
