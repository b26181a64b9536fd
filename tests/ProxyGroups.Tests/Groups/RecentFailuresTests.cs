using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups;

public sealed class RecentFailuresTests
{
    [Fact]
    public void The_last_ones_are_kept_newest_first()
    {
        var failures = new RecentFailures();
        for (var number = 1; number <= RecentFailures.Capacity + 2; number++)
        {
            failures.Add(new FailedRequest(DateTimeOffset.UnixEpoch, $"{number}", "WorkerDied", "GET", "/", null));
        }

        Assert.Equal(Enumerable.Range(3, RecentFailures.Capacity).Reverse().Select(static number => $"{number}"), failures.Read().Select(static failed => failed.Id));
    }
}
