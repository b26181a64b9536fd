namespace ProxyGroups.Supervision;

/// <summary>How a process ended. <paramref name="Code"/> is 128+n where signal n ended it (.NET 10 cannot tell the two apart).</summary>
internal readonly record struct WorkerExit(int Code)
{
    public int? Signal => Code is > 128 and <= 192 ? Code - 128 : null;
}
