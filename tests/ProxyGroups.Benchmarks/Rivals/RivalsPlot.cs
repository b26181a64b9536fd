using ScottPlot;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Bars, workload by workload.</summary>
internal static class RivalsPlot
{
    private const int Width = 1200;
    private const int Height = 420;
    private static readonly string[] OurColors = ["#0b7285", "#66d9e8"];
    private static readonly string[] Colors = ["#e8590c", "#f08c00", "#5f3dc4", "#2b8a3e", "#ced4da", "#adb5bd", "#868e96"];
    private static readonly double[] Powers = [0, 1, 2, 3, 4];

    /// <summary>Each server's throughput as a share of the best one's.</summary>
    public static void SaveThroughput(string file, IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results) =>
        Save(file, results, "answers/s, % of the best", static (standing, all) => 100 * standing.Rate / all.Max(static other => other.Rate), static _ => { });

    /// <summary>Each server's 99th percentile, milliseconds on a logarithmic axis.</summary>
    public static void SaveLatency(string file, IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results) => Save(
        file,
        results,
        "p99 (less is better)",
        static (standing, _) => Math.Log10(Math.Max(standing.P99!.Value, 1)),
        static plot => plot.Axes.Left.SetTicks(Powers, ["1 ms", "10 ms", "100 ms", "1 s", "10 s"]));

    private static void Save(
        string file,
        IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results,
        string label,
        Func<Standing, IReadOnlyList<Standing>, double> value,
        Action<Plot> finish)
    {
        if (results.Count == 0)
        {
            return;
        }

        var plot = new Plot();
        var names = results[0].Standings.Select(static standing => standing.Server).ToList();
        var (ours, theirs) = (0, 0);
        foreach (var (server, name) in names.Index())
        {
            var color = Color.FromHex(name.StartsWith(ProxyGroupsServer.ShortName, StringComparison.Ordinal) ? OurColors[ours++ % OurColors.Length] : Colors[theirs++ % Colors.Length]);
            plot.Add.Bars(results.Select((result, index) => new Bar
            {
                Position = (index * (names.Count + 1)) + server,
                Value = value(result.Standings[server], result.Standings),
                FillColor = color,
                LineWidth = 0,
            }).ToList()).LegendText = name;
        }

        plot.Axes.Bottom.SetTicks([.. results.Select((_, index) => (index * (names.Count + 1)) + ((names.Count - 1) / 2.0))], [.. results.Select(static result => result.Workload.Name)]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Left.Label.Text = label;
        plot.HideGrid();
        plot.ShowLegend(Edge.Top);
        plot.Axes.Margins(bottom: 0);
        finish(plot);
        plot.SaveSvg(file, Width, Height);
    }
}
