using System.Globalization;

namespace ProxyGroups.Supervision;

/// <summary>The value that marks a worker's processes in their environment: the front door's mark and the worker's id.</summary>
internal static class WorkerMark
{
    /// <summary>Environment variable that every worker gets and hands down to what it starts.</summary>
    public const string Variable = "PROXYGROUPS_WORKER";

    /// <summary>What the marks of all workers of one life of a front door begin with.</summary>
    public static string Prefix(string frontDoor) => frontDoor + ".";

    // Ends with a dot, so that no mark begins another.
    public static string Of(string frontDoor, int worker) => string.Create(CultureInfo.InvariantCulture, $"{frontDoor}.{worker}.");
}
