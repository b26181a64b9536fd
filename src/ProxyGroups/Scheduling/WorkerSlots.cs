namespace ProxyGroups.Scheduling;

/// <summary>
/// The slots of one worker from one offer to its removal. Guarded by the lock of <see cref="SlotScheduler"/>.
/// Invariants: a lease is granted only while ready and busy &lt; capacity; a lease returns its slot once, in its own epoch.
/// </summary>
internal sealed class WorkerSlots
{
    /// <summary>Capacity and rank have 16 bits each in the key.</summary>
    public const int Most = ushort.MaxValue;

    /// <summary>Key of a worker that has nothing to lease.</summary>
    public const ulong Unavailable = ulong.MaxValue;

    private const ulong Hangs = 1UL << 63;

    private SlotSet _free;
    private Slot[] _slots = [];
    private int _threads;
    private int _forfeited;

    public WorkerSlots(int id, int rank, int generation, int epoch, int capacity, long now)
    {
        (Id, Rank, Generation, Epoch, IdleSince) = (id, rank, generation, epoch, now);
        Resize(capacity);
    }

    public int Id { get; }

    public int Rank { get; }

    public int Generation { get; }

    public int Epoch { get; }

    /// <summary>Slots to lease: what was asked for, less those that were forfeited.</summary>
    public int Capacity { get; private set; }

    public int Busy { get; private set; }

    /// <summary>Timestamp of the last end of a lease, or of the offer; of meaning only while no slot is busy.</summary>
    public long IdleSince { get; set; }

    /// <summary>Busy slots whose leases say something about service times: all but upgraded connections.</summary>
    public int Measured { get; private set; }

    /// <summary>Sum of the grant timestamps of the measured leases. It may wrap round; differences stay right.</summary>
    public long GrantedAtSum { get; private set; }

    /// <summary>Leases granted since the offer.</summary>
    public long Granted { get; private set; }

    /// <summary>The number of leases whose grant makes the worker spent.</summary>
    public long SpentAt { get; set; } = long.MaxValue;

    public WorkerSlotsState State { get; set; }

    public bool IsDrained => State == WorkerSlotsState.Draining && Busy == 0;

    /// <summary>
    /// Order of preference, least first: those that hang in no request, for the others may hang in the next one too; then newest
    /// generation, then least busy, then lowest rank.
    /// </summary>
    public ulong Key => State == WorkerSlotsState.Ready && Busy < Capacity
        ? (_forfeited > 0 ? Hangs : 0) | ((ulong)(int.MaxValue - Generation) << 32) | ((ulong)Busy << 16) | (uint)Rank
        : Unavailable;

    public void Resize(int capacity)
    {
        _threads = capacity;
        Capacity = Math.Max(0, capacity - _forfeited);
        if (Capacity > _slots.Length)
        {
            Array.Resize(ref _slots, Capacity);
            _free.GrowTo(Capacity);
        }
    }

    /// <summary>One slot less for the life of the worker, whatever it is resized to.</summary>
    public void LoseSlot()
    {
        _forfeited++;
        Resize(_threads);
    }

    public SlotLease Grant(long sequence, SlotKind kind, long now)
    {
        int slot = _free.TakeLowest();
        _slots[slot] = new Slot(sequence, now, kind);
        Busy++;
        Granted++;
        Measure(kind, 1, now);
        return new SlotLease(Id, slot, Epoch, sequence);
    }

    /// <summary>False: the lease is not, or no longer, one of this worker's.</summary>
    public bool TryRelease(in SlotLease lease, out Slot slot)
    {
        slot = default;
        if (lease.Epoch != Epoch || (uint)lease.Slot >= (uint)_slots.Length || lease.Sequence == 0 ||
            _slots[lease.Slot].Sequence != lease.Sequence)
        {
            return false;
        }

        slot = _slots[lease.Slot];
        _slots[lease.Slot] = default;
        _free.Put(lease.Slot);
        Busy--;
        Measure(slot.Kind, -1, slot.GrantedAt);
        return true;
    }

    /// <summary>Number and lease of each slot that is held.</summary>
    public IEnumerable<(int Number, Slot Slot)> Held() => _slots.Index().Where(static slot => slot.Item.Sequence != 0);

    private void Measure(SlotKind kind, int sign, long grantedAt)
    {
        if (kind == SlotKind.Thread)
        {
            Measured += sign;
            GrantedAtSum = unchecked(GrantedAtSum + (sign * grantedAt));
        }
    }
}
