using System.Net.Http.Json;
using System.Text.Json;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Many apps of which none runs until it is asked for: what the front door pays for each, and that each comes and goes.</summary>
internal static class OnDemand
{
    private const int Groups = 200;
    private const string OverviewPath = "/.overview";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    // The front door gives back much memory when it has been quiet for an interval of 3 s, and a collection takes its time.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    // And little when it has been so for 15 s.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(27);

    public static async Task RunAsync(Report report)
    {
        var alone = await MeasureAsync(report, groups: 1);
        var many = await MeasureAsync(report, Groups);
        report.AtMost($"resident memory of the front door per group that nobody has asked for, {Groups} against 1", PerGroup(alone.Fresh, many.Fresh), 200, "kB");
        report.AtMost("and per group at the very moment at which all have run at the same time and the last one has stopped", PerGroup(alone.AtOnce, many.AtOnce), 200, "kB");
        report.AtMost($"and {Soon.TotalSeconds:0} s after", PerGroup(alone.Soon, many.Soon), 200, "kB");
        report.AtMost($"and {(Soon + Quiet).TotalSeconds:0} s after", PerGroup(alone.Stopped, many.Stopped), 200, "kB");
    }

    private static double PerGroup(double alone, double many) => (many - alone) * 1000 / (Groups - 1);

    private static async Task<(double Fresh, double AtOnce, double Soon, double Stopped)> MeasureAsync(Report report, int groups)
    {
        var start = TimeProvider.System.GetTimestamp();
        await using var door = await FrontDoorProcess.StartAsync(Settings(groups));
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        var resident = ProcessFigures.ResidentMegabytes(door.Pid);
        report.Note($"{groups} groups with Processes 0: listens after {seconds:0.00} s, {resident:0.0} MB resident");
        report.AtMost("start until it listens", seconds, 3, "s");
        await AskEachAsync(report, door, groups);
        var atOnce = ProcessFigures.ResidentMegabytes(door.Pid);
        await Task.Delay(Soon, TimeProvider.System);
        var soon = ProcessFigures.ResidentMegabytes(door.Pid);
        await Task.Delay(Quiet, TimeProvider.System);
        var stopped = ProcessFigures.ResidentMegabytes(door.Pid);
        report.Exactly("workers left some time after the last request", await RunningAsync(door), 0);
        report.Note($"{atOnce:0.0} MB resident once all have stopped again, {soon:0.0} MB {Soon.TotalSeconds:0} s later, {stopped:0.0} MB {(Soon + Quiet).TotalSeconds:0} s later");
        return (resident, atOnce, soon, stopped);
    }

    private static async Task AskEachAsync(Report report, FrontDoorProcess door, int groups)
    {
        var start = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, groups).Select(number => AskAsync(door, number)));
        report.Exactly("groups that one request each, all at once, has not started", answers.Count(static answer => !answer), 0);
        report.Note($"the last of {groups} boots was ready after {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s; one at a time boots on 2 cores");
        var stopping = TimeProvider.System.GetTimestamp();
        var limit = Idle + TimeSpan.FromSeconds(30);
        // From outside: to ask the front door for 200 groups again and again would be all that it allocates.
        while (ProcessTree.ChildrenOf(door.Pid).Count > 0 && TimeProvider.System.GetElapsedTime(stopping) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    private static async Task<bool> AskAsync(FrontDoorProcess door, int number)
    {
        using var answer = await door.Client.GetAsync($"/app{number}/");
        return answer.IsSuccessStatusCode;
    }

    private static async Task<int> RunningAsync(FrontDoorProcess door)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, OverviewPath);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await door.Client.SendAsync(request);
        var groups = await response.Content.ReadFromJsonAsync<GroupState[]>(JsonSerializerOptions.Web);
        return groups!.Sum(static group => group.Workers.Count);
    }

    private static object Settings(int groups) => new
    {
        ReverseProxy = new
        {
            Routes = Enumerable.Range(0, groups).ToDictionary(static number => $"app{number}", static number => new { ClusterId = $"app{number}", Match = new { Path = $"/app{number}/{{**rest}}" } }),
        },
        ProxyGroups = new
        {
            Overview = OverviewPath,
            Defaults = new { Processes = 0, Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = "hello:application", Timeouts = new { Startup = "3m", Idle = $"{Idle.TotalSeconds}s" } },
            ProcessGroups = Enumerable.Range(0, groups).ToDictionary(static number => $"app{number}", static _ => new { Threads = 4 }),
        },
    };
}
