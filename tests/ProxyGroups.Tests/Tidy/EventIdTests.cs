using System.Reflection;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Tests.Tidy;

/// <summary>Ids of log lines: people filter and alert by them, so each means one line, for ever.</summary>
public sealed class EventIdTests
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // What rules of operators stand on.
    private static readonly Dictionary<int, string> Promised = new()
    {
        [2001] = "WorkerReady",
        [2002] = "StartFailed",
        [2003] = "WorkerDied",
        [2004] = "WorkerEnded",
        [2005] = "WorkerDrains",
        [2006] = "WorkerKilled",
        [2007] = "GroupClosed",
        [2008] = "GroupOpened",
        [2010] = "GroupStarted",
        [2017] = "PreparationFailed",
        [2018] = "GroupRestarts",
        [2022] = "WorkerSilent",
        [2025] = "WorkerRecycled",
        [2030] = "RoomLacking",
        [3000] = "Output",
        [3001] = "OutputDropped",
        [3020] = "LogFileFailed",
        [4000] = "ClientGone",
        [4001] = "Failed",
        [4002] = "SuspectRequest",
        [4010] = "AccessLinesLost",
    };

    private static readonly List<(int Id, string Name)> Lines =
    [
        .. from type in typeof(Microsoft.Extensions.DependencyInjection.ProxyGroupsServiceCollectionExtensions).Assembly.GetTypes()
           from method in type.GetMethods(All)
           let line = method.GetCustomAttribute<LoggerMessageAttribute>()
           where line is not null
           select (line.EventId, method.Name),
    ];

    [Fact]
    public void Each_log_line_has_an_id_of_its_own()
    {
        Assert.True(Lines.Count > 50);
        Assert.Equal([], Lines.GroupBy(static line => line.Id).Where(static same => same.Count() > 1).Select(static same => $"{same.Key}: {string.Join(", ", same.Select(static line => line.Name))}"));
        Assert.DoesNotContain(Lines, static line => line.Id <= 0);
    }

    [Fact]
    public void Ids_stay_what_they_are() =>
        Assert.Equal([], Promised.Where(static promise => !Lines.Contains((promise.Key, promise.Value))).Select(static promise => $"{promise.Key} {promise.Value}"));
}
