using Microsoft.Extensions.Hosting;
using ProxyGroups.Configuration;

namespace ProxyGroups.Hosting;

/// <summary>
/// Gives the host as long to stop as the groups may take: its own 30 s would cut requests off that are still in time, and kill workers unasked.
/// An app that has set a shorter time than that means it.
/// </summary>
internal sealed class ShutdownTime(HostOptions host)
{
    private static readonly TimeSpan HostsOwn = new HostOptions().ShutdownTimeout;

    // The server looks at its connections now and then; the last worker's exit has to be noticed.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(5);

    // What a timer takes.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    private readonly TimeSpan _least = host.ShutdownTimeout;

    public void Allow(ProxyGroupsSettings settings)
    {
        if (_least >= HostsOwn)
        {
            host.ShutdownTimeout = settings.ProcessGroups.Values.Select(TimeOf).Append(_least).Max();
        }
    }

    private static TimeSpan TimeOf(ProcessGroupSettings group) =>
        group.Timeouts.Drain + group.Timeouts.Stop + Reserve is var time && time < Longest ? time : Longest;
}
