namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// Budget of the bytes held for slow clients, one for the whole front door. Answers beyond it stream with back-pressure,
/// and so hold their slot. Any thread; lives as long as the front door.
/// </summary>
internal sealed class HeldResponses(long budgetBytes = HeldResponses.DefaultBudgetBytes)
{
    /// <summary>64 MiB.</summary>
    public const long DefaultBudgetBytes = 64L << 20;

    private long _heldBytes;

    public long HeldBytes => Volatile.Read(ref _heldBytes);

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) <= budgetBytes)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _heldBytes, -bytes);
}
