using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What sharing saves where libraries are large, and where it does not pay.</summary>
internal static class PreloadData
{
    public static async Task RunAsync(Report report)
    {
        var marks = Preload.Marks(report);
        var (plain, shared) = await MeasureAsync("data_page:application", workers: 6, marks);
        SharingSite.Tell(report, "Flask, pandas, sympy and SQLAlchemy", marks, plain, shared);
        report.AtMost("PSS of six workers with pandas and their preloader after 1,000 requests each, against plain ones", shared[2] / plain[2], 0.40, "");
        (plain, shared) = await MeasureAsync("hello:application", workers: 1, [0, 100, 1_000]);
        SharingSite.Tell(report, "does not pay: one worker of a small app", [0, 100, 1_000], plain, shared);
    }

    private static async Task<(double[] Plain, double[] Shared)> MeasureAsync(string app, int workers, int[] marks) => (
        await SharingSite.MeasureAsync([App(app, isPreloaded: false)], workers, [], marks, "/"),
        await SharingSite.MeasureAsync([App(app, isPreloaded: true)], workers, [], marks, "/"));

    public static object App(string app, bool isPreloaded) =>
        new { Directory = BenchFrontDoor.Apps, Wsgi = app, Threads = 2, PreloadApp = isPreloaded, Warmup = isPreloaded ? ["/"] : Array.Empty<string>() };
}
