using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>Workers that have written to what they shared get a fresh generation by themselves, under load. Real workers behind a real Kestrel, and a clock that is hurried.</summary>
public sealed partial class RefreshTests
{
    private const int Workers = 2;
    private const int Refreshes = 2044;
    private const int Streams = 4;
    private const int Hurried = 200;
    private const long MebiByte = 1 << 20;

    // A worker that is asked for /write copies every page of what the app holds.
    private const string App = """
        import json, os
        held = bytearray(40_000_000)
        home = os.getpid()
        def application(environ, start_response):
            if environ["PATH_INFO"].endswith("/write"):
                for page in range(0, len(held), 4096):
                    held[page] = 1
            start_response("200 OK", [])
            return [json.dumps({"Pid": os.getpid(), "Home": home}).encode()]
        """;

    private static readonly string[] Groups = ["one", "two"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Groups_whose_sharing_has_eroded_get_a_fresh_generation_by_themselves_worker_by_worker_and_no_request_is_lost()
    {
        using var time = new HurriedTime();
        using var log = new LogLines();
        await using var site = await StartAsync(time, log);
        await Alive.UntilAsync(() => Ready(log).Count == Groups.Length * Workers, "not all workers are ready");
        var homes = (await FactsAsync(site, "")).Select(static facts => facts.Home).ToHashSet();
        time.Pace = Hurried;
        await Task.Delay(TimeSpan.FromMinutes(14), time, Token).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.ForceYielding);
        time.Pace = 0;
        var (shared, young) = (Used(log), Ready(log).Count);
        Assert.Empty(log.Of(Refreshes));

        await Alive.UntilAsync(async () => (await FactsAsync(site, "write")).Count == young, "not all workers have written");
        Assert.InRange(Used(log) - shared, young * 37 * MebiByte, young * 42 * MebiByte);

        log.Heard = id => time.Pace = id == Refreshes ? 1 : time.Pace;
        var load = Enumerable.Range(0, Streams).Select(stream => AskAsync(site, Groups[stream % Groups.Length], stream < Groups.Length ? HttpMethod.Get : HttpMethod.Post, () => Ended(log) == young)).ToList();
        time.Pace = Hurried;
        await Alive.UntilAsync(() => log.Of(Refreshes).Count > 0, "nothing is refreshed");
        var asked = await Task.WhenAll(load);
        Assert.All(asked, static answers => Assert.True(answers is { Count: > 0 } && answers.TrueForAll(static answer => answer == HttpStatusCode.OK), string.Join(' ', answers)));
        Assert.StartsWith("Application group python is refreshed: a fresh generation of its process groups is taken to save ", Assert.Single(log.Of(Refreshes)), StringComparison.Ordinal);
        AssertRolled(log.All.Skip(log.All.ToList().FindIndex(static line => line.Contains("is refreshed", StringComparison.Ordinal))));
        Assert.DoesNotContain(await FactsAsync(site, ""), facts => homes.Contains(facts.Home));
        Assert.InRange(Used(log), 0, shared + (8 * MebiByte));
    }

    private static async Task<DropInSite> StartAsync(HurriedTime time, LogLines log)
    {
        // Nothing but the refresh is to happen in the minutes that are hurried.
        var groups = string.Join(", ", Groups.Select(static name => $$"""
            "{{name}}": { "ApplicationGroup": "python", "Wsgi": "app:application", "Python": "/usr/bin/python3", "PreloadApp": true, "Processes": {{Workers}}, "Threads": 1,
              "Timeouts": { "Startup": "2h", "Request": "2h", "Silence": "2h", "Drain": "2h", "Stop": "2h", "Watchdog": "off" }, "Queue": { "MaxWait": "2h" } }
            """));
        var routes = string.Join(", ", Groups.Select(static name => $$"""
            "{{name}}": { "ClusterId": "{{name}}", "Match": { "Path": "/{{name}}/{**rest}" } }
            """));
        var builder = DropInSite.CreateBuilder($$"""
            { "ReverseProxy": { "Routes": { {{routes}} } },
              "ProxyGroups": { "ApplicationGroups": { "python": { "Refresh": true } }, "ProcessGroups": { {{groups}} } } }
            """);
        await File.WriteAllTextAsync(Path.Combine(builder.Environment.ContentRootPath, "app.py"), App, Token);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Logging.AddProvider(log).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning);
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        return await DropInSite.StartAsync(app, Token);
    }

    private static async Task<IReadOnlySet<Facts>> FactsAsync(DropInSite site, string path) => (await Task.WhenAll(Groups.SelectMany(group => Enumerable.Range(0, 2 * Workers)
        .Select(async _ => JsonSerializer.Deserialize<Facts>(await site.Client.GetStringAsync($"/{group}/{path}", Token))!)))).ToHashSet();

    private static async Task<List<HttpStatusCode>> AskAsync(DropInSite site, string group, HttpMethod method, Func<bool> isOver)
    {
        var answers = new List<HttpStatusCode>();
        while (!isOver())
        {
            using var request = new HttpRequestMessage(method, $"/{group}/") { Content = method == HttpMethod.Post ? new StringContent("order") : null };
            using var answer = await site.Client.SendAsync(request, Token);
            answers.Add(answer.StatusCode);
        }

        return answers;
    }

    private static List<int> Ready(LogLines log) => [.. log.All.Select(static line => ReadyLine().Match(line)).Where(static found => found.Success && Alive.Is(PidOf(found))).Select(PidOf)];

    private static int PidOf(Match found) => int.Parse(found.Groups["pid"].ValueSpan, CultureInfo.InvariantCulture);

    private static int Ended(LogLines log) => log.All.Count(static line => line.Contains(" ended: exit code 0", StringComparison.Ordinal) && Groups.Any(group => line.StartsWith($"Worker {group}/", StringComparison.Ordinal)));

    // With all that they are forked from.
    private static long Used(LogLines log) => Ready(log).SelectMany(static pid => new[] { pid, ProcessStat.Read(pid)!.Value.Parent }).Distinct().Sum(static pid => ProcessMemory.Of(pid)!.Value.Proportional);

    // A successor is ready before a worker drains, and the second group begins when the first is through.
    private static void AssertRolled(IEnumerable<string> log)
    {
        var serving = Groups.ToDictionary(static group => group, static _ => Workers);
        var order = new List<string>();
        foreach (var found in log.Select(static line => RollLine().Match(line)).Where(static found => found.Success))
        {
            var group = found.Groups["group"].Value;
            order.Add(group);
            serving[group] += found.Groups["what"].Value == "is ready" ? 1 : -1;
            Assert.InRange(serving[group], Workers, Workers + 1);
        }

        Assert.Equal(2 * Workers * Groups.Length, order.Count);
        Assert.Equal(order.Order(StringComparer.Ordinal), order[0] == Groups[0] ? order : order.AsEnumerable().Reverse());
    }

    [GeneratedRegex(@"^Worker (one|two)/\d+ generation \d+ pid (?<pid>\d+) is ready$")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"^Worker (?<group>one|two)/\d+ generation \d+ pid \d+ (?<what>is ready|drains)")]
    private static partial Regex RollLine();

    private sealed record Facts(int Pid, int Home);
}
