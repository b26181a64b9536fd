using ScottPlot;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Bars: workload by workload, each server's throughput as a share of the best one's.</summary>
internal static class RivalsPlot
{
    private const int Width = 1100;
    private const int Height = 420;
    private static readonly string[] Colors = ["#0b7285", "#adb5bd", "#ced4da", "#868e96", "#495057"];

    public static void Save(string file, IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results)
    {
        var plot = new Plot();
        var servers = results[0].Standings.Count;
        for (var server = 0; server < servers; server++)
        {
            var bars = plot.Add.Bars(BarsOf(server, servers, results));
            bars.LegendText = results[0].Standings[server].Server;
        }

        plot.Axes.Bottom.SetTicks([.. results.Select((_, index) => Center(index, servers))], [.. results.Select(static result => result.Workload.Name)]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Left.Label.Text = "answers/s, best = 100 %";
        plot.HideGrid();
        plot.ShowLegend(Edge.Top);
        plot.Axes.Margins(bottom: 0);
        plot.SaveSvg(file, Width, Height);
    }

    private static List<Bar> BarsOf(int server, int servers, IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results) =>
        [.. results.Select((result, index) => new Bar
        {
            Position = (index * (servers + 1)) + server,
            Value = 100 * result.Standings[server].Rate / result.Standings.Max(static standing => standing.Rate),
            FillColor = Color.FromHex(Colors[server % Colors.Length]),
            LineWidth = 0,
        })];

    private static double Center(int index, int servers) => (index * (servers + 1)) + ((servers - 1) / 2.0);
}
