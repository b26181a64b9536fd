using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Ways to lessen what six workers of one Django app write to of what they share, each against the app as it is, in one run.</summary>
internal static class PreloadErosion
{
    private const int Workers = 6;
    private const string Hooks = "erosion";

    private static readonly int[] Marks = [0, 100, 1_000];
    private static readonly string[] Pages = ["/", "/posts/"];

    private static readonly (string Name, string? BeforeFork, string? AfterFork, string? Variable)[] Ways =
    [
        ("as it is", null, null, null),
        ("malloc_trim before the fork", "trim", null, null),
        ("MALLOC_ARENA_MAX=1", null, null, "MALLOC_ARENA_MAX=1"),
        ("MALLOC_TRIM_THRESHOLD_=65536", null, null, "MALLOC_TRIM_THRESHOLD_=65536"),
        ("MALLOC_TOP_PAD_=0", null, null, "MALLOC_TOP_PAD_=0"),
        ("PYTHONMALLOC=malloc", null, null, "PYTHONMALLOC=malloc"),
        ("large pages off", "no_large_pages", null, null),
        ("free blocks of Python's allocator left to workers", "keep_holes", null, null),
        ("no collection before the fork", "keep_garbage", null, null),
        ("no gc.freeze before the fork", "no_freeze", null, null),
        ("collection rare in workers", null, "rare_collection", null),
        ("no collection of the oldest generation in workers", null, "young_collection", null),
        ("no collection in workers", null, "no_collection", null),
        ("as it is, again", null, null, null),
    ];

    public static async Task RunAsync(Report report)
    {
        SharingPoint[]? first = null;
        foreach (var (_, (name, before, after, variable)) in Ways.Index().Where(found => report.Only is null || found.Index == 0 || found.Item.Name.Contains(report.Only, StringComparison.Ordinal)))
        {
            var used = await SharingSite.MeasureAsync([new(App(before, after, variable), Pages)], Workers, [], Marks);
            first ??= used;
            report.Note($"{name}: {string.Join(", ", used.Zip(first, static (point, asItIs) => string.Create(CultureInfo.InvariantCulture, $"after {point.Requests} {point.Used:0.0} MB ({point.Used / asItIs.Used:0.000})")))}");
        }
    }

    private static JsonObject App(string? before, string? after, string? variable)
    {
        var app = JsonSerializer.SerializeToNode(new
        {
            Directory = Path.Combine(FrontDoorProcess.Root, "tests", "ProxyGroups.EndToEndTests", "Apps", "django-blog"),
            Wsgi = "blog.wsgi:application",
            Threads = 2,
            Environment = new { DJANGO_SETTINGS_MODULE = "blog.settings", PYTHONPATH = BenchFrontDoor.Apps },
            PreloadApp = true,
            Warmup = Pages,
        })!.AsObject();
        app["BeforeFork"] = before is null ? null : $"{Hooks}:{before}";
        app["AfterFork"] = after is null ? null : $"{Hooks}:{after}";
        if (variable?.Split('=') is [var key, var value])
        {
            app["Environment"]![key] = value;
        }

        return app;
    }
}
