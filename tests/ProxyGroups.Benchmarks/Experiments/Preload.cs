using System.Globalization;
using System.Text.RegularExpressions;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What six workers of one Django app save when they are forked from a process that has imported Django, and how much sooner a forked worker is ready.</summary>
internal static partial class Preload
{
    private const int Workers = 6;
    private const int Streams = 12;

    /// <summary>Enough to load all that the app needs of Django; none of them asks for its settings when imported.</summary>
    private static readonly string[] Modules =
    [
        "django.core.wsgi", "django.db.backends.sqlite3.base", "django.db.models", "django.middleware.common", "django.middleware.csrf", "django.middleware.security",
        "django.template.backends.django", "django.views.debug", "django.views.decorators.csrf", "django.contrib.staticfiles",
    ];

    public static async Task RunAsync(Report report)
    {
        int[] marks = report.IsLong ? [0, 100, 1_000, 10_000] : [0, 100, 1_000];
        var plain = await MeasureMemoryAsync(marks, isForked: false);
        var forked = await MeasureMemoryAsync(marks, isForked: true);
        foreach (var (requests, without, with) in marks.Zip(plain, forked))
        {
            report.Note(string.Create(CultureInfo.InvariantCulture, $"after {requests} requests each: plain {without:0.0} MB, forked {with:0.0} MB with the preloader, ratio {with / without:0.00}"));
        }

        report.AtMost("PSS of six Django workers and their preloader after 1,000 requests each, against plain ones", forked[2] / plain[2], 0.72, "");
        report.Note($"a plain worker of a small app is ready after {await MedianReadyTimeAsync(isForked: false)} ms (median)");
        report.AtMost("a forked one", await MedianReadyTimeAsync(isForked: true), 30, "ms");
    }

    private static async Task<double[]> MeasureMemoryAsync(int[] marks, bool isForked)
    {
        await using var door = await StartAsync(Path.Combine(FrontDoorProcess.Root, "tests", "ProxyGroups.EndToEndTests", "Apps", "django-blog"), "blog.wsgi:application", isForked, new() { ["DJANGO_SETTINGS_MODULE"] = "blog.settings" });
        var figures = new double[marks.Length];
        for (var (mark, sent) = (0, 0); mark < marks.Length; sent = marks[mark++])
        {
            await AskAsync(door, (marks[mark] - sent) * Workers / Streams);
            figures[mark] = await ProportionalMegabytesAsync(door);
        }

        return figures;
    }

    private static Task AskAsync(BenchFrontDoor door, int requests) => Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
    {
        for (var request = 0; request < requests; request++)
        {
            await door.Client.GetStringAsync(request % 2 == 0 ? "/" : "/posts/");
        }
    }));

    private static async Task<double> ProportionalMegabytesAsync(BenchFrontDoor door)
    {
        var workers = (await door.StateAsync()).Workers.Select(static worker => worker.Pid).ToList();
        var preloaders = workers.Select(ProcessFigures.ParentOf).Distinct().Where(parent => parent != door.Pid);
        return workers.Concat(preloaders).Sum(ProcessFigures.ProportionalMegabytes);
    }

    // A restart replaces each worker once.
    private static async Task<double> MedianReadyTimeAsync(bool isForked)
    {
        await using var door = await StartAsync(BenchFrontDoor.Apps, "hello:application", isForked, []);
        for (var generation = 2; generation <= 4; generation++)
        {
            var wanted = generation;
            door.Signal("HUP");
            await door.WaitUntilAsync(state => state.Generation == wanted && state.IsSettled(Workers), TimeSpan.FromSeconds(60));
        }

        var times = door.Log.Select(static line => ReadyLine().Match(line)).Where(static match => match.Success && match.Groups[1].Value != "1")
            .Select(static match => int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)).Order().ToList();
        return times[times.Count / 2];
    }

    private static Task<BenchFrontDoor> StartAsync(string directory, string app, bool isForked, Dictionary<string, string> variables)
    {
        var environment = new Dictionary<string, string> { ["Logging__LogLevel__ProxyGroups.Worker"] = "Debug" };
        for (var module = 0; module < Modules.Length; module++)
        {
            environment[string.Create(CultureInfo.InvariantCulture, $"ProxyGroups__ApplicationGroups__python__Preload__{module}")] = Modules[module];
        }

        var group = new
        {
            ApplicationGroup = isForked ? "python" : null,
            Directory = directory,
            Wsgi = app,
            BenchFrontDoor.Python,
            Processes = Workers,
            Threads = 2,
            Environment = variables,
        };
        return BenchFrontDoor.StartAsync(group, Workers, environment: environment);
    }

    [GeneratedRegex(@" app/\d+ generation (\d+) pid \d+ ready after (\d+) ms")]
    private static partial Regex ReadyLine();
}
