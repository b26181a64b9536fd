using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests;

/// <summary>Liveness of processes that are not our children, for which the kernel offers no event that .NET could await.</summary>
internal static class Alive
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static bool Is(int pid) => ProcessStat.Read(pid) is { IsAlive: true };

    public static Task UntilGoneAsync(params int[] pids) => UntilAsync(() => !pids.Any(Is), $"process of {string.Join(", ", pids)} still lives");

    public static Task UntilAsync(Func<bool> condition, string otherwise) => UntilAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, otherwise);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
