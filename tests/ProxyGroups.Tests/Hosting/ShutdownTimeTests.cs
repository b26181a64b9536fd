using Microsoft.Extensions.Hosting;
using ProxyGroups.Configuration;
using ProxyGroups.Hosting;

namespace ProxyGroups.Tests.Hosting;

/// <summary>The host's own patience with a stop is never shorter than that of the groups.</summary>
public sealed class ShutdownTimeTests
{
    [Theory]
    [InlineData(30, 60, 75)]
    [InlineData(30, 5, 30)]
    [InlineData(600, 60, 600)]
    [InlineData(3, 60, 3)]
    public void The_host_waits_as_long_as_the_longest_group_may_take(int hosts, int drain, int expected)
    {
        var host = new HostOptions { ShutdownTimeout = TimeSpan.FromSeconds(hosts) };
        new ShutdownTime(host).Allow(Groups(TimeSpan.FromSeconds(drain)));
        Assert.Equal(TimeSpan.FromSeconds(expected), host.ShutdownTimeout);
    }

    [Fact]
    public void A_reload_may_shorten_it_again_and_no_timer_overflows()
    {
        var host = new HostOptions();
        var time = new ShutdownTime(host);
        time.Allow(Groups(TimeSpan.FromDays(48.9)));
        Assert.Equal(TimeSpan.FromDays(48.9) + TimeSpan.FromSeconds(15), host.ShutdownTimeout);
        time.Allow(Groups(TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.FromSeconds(75), host.ShutdownTimeout);
    }

    private static ProxyGroupsSettings Groups(TimeSpan drain) => new()
    {
        ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { Timeouts = new TimeoutSettings { Drain = drain } } },
    };
}
