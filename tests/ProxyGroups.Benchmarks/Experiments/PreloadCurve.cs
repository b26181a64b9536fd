using System.Globalization;
using ProxyGroups.Benchmarks.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What sharing saves as requests go by, case by case, and how near the front door's own figure of it comes.</summary>
internal static class PreloadCurve
{
    private static readonly int[] Marks = [0, 100, 1_000, 10_000];

    private static readonly (string Name, string Title, int Apps, int WorkersEach, string[] Modules, Func<bool, object> App, string[] Pages)[] Cases =
    [
        ("django", "one Django app, PreloadApp and Warmup", 1, 6, [], Preload.Django, Preload.Pages),
        ("modules", "one Django app, Django in Preload", 1, 6, Preload.Modules, static _ => Preload.Django(isPreloaded: false), Preload.Pages),
        ("learned", "three Django apps, \"Preload\": \"learn\"", 3, 2, ["learn"], static _ => Preload.Django(isPreloaded: false), Preload.Pages),
        ("data", "Flask, pandas, sympy, SQLAlchemy, PreloadApp", 1, 6, [], static isShared => PreloadData.App("data_page:application", isShared), ["/"]),
        ("alone", "a small app with one worker", 1, 1, [], static isShared => PreloadData.App("hello:application", isShared), ["/"]),
    ];

    public static async Task RunAsync(Report report)
    {
        var table = SharingTable.Read(report.Plot);
        foreach (var (name, title, apps, workersEach, modules, app, pages) in Cases.Where(found => report.Only is null || report.Only == found.Name))
        {
            var plain = await SharingSite.MeasureAllAsync([.. Enumerable.Repeat(app(false), apps)], workersEach, [], Marks, pages);
            var shared = await SharingSite.MeasureAllAsync([.. Enumerable.Repeat(app(true), apps)], workersEach, modules, Marks, pages);
            foreach (var (without, with) in plain.Zip(shared))
            {
                report.Note(string.Create(CultureInfo.InvariantCulture, $"{title}, after {without.Requests}: plain {without.Used:0.0} MB, forked {with.Used:0.0} MB, ratio {with.Used / without.Used:0.00}; taken for plain {with.Estimated:0.0} MB, {with.Estimated / without.Used:0.00} of it"));
            }

            table.Set(title, plain, shared);
        }

        table.Write(report.Plot);
    }
}
