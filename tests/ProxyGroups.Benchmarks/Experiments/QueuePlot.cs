using ProxyGroups.Benchmarks.Load;
using ScottPlot;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>Theory as lines (Erlang's C for exponential times, else a long simulation of M/G/k), the measured runs as points.</summary>
internal static class QueuePlot
{
    private const int Width = 900;
    private const int Height = 480;
    private const float TitleSize = 14;
    private const int Arrivals = 400_000;
    private static readonly string[] Colors = ["#0b7285", "#e8590c", "#5f3dc4"];
    private static readonly double[] Loads = [.. Enumerable.Range(0, 10).Select(static step => 0.5 + (step * 0.05))];

    public static void Save(string file, IReadOnlyList<QueuePoint> points, TimeSpan mean)
    {
        var plot = new Plot();
        foreach (var (index, series) in points.GroupBy(static point => (point.Servers, point.Variation)).Index())
        {
            var (servers, variation) = series.Key;
            var color = Color.FromHex(Colors[index / 2 % Colors.Length]);
            var line = plot.Add.ScatterLine(Loads, [.. Loads.Select(load => Theory(load, servers, variation, mean))], color);
            line.LineWidth = variation == 1 ? 1 : 3;
            line.LegendText = $"{servers} slots, {(variation == 1 ? "exponential (Erlang C)" : "heavy tail (M/G/k)")}";
            plot.Add.ScatterPoints(series.Select(static point => point.Load).ToArray(), series.Select(static point => point.Measured).ToArray(), color).MarkerSize = 9;
            var perfect = plot.Add.ScatterPoints(series.Select(static point => point.Load).ToArray(), series.Select(static point => point.Perfect).ToArray(), color);
            (perfect.MarkerShape, perfect.MarkerSize) = (MarkerShape.OpenCircle, 14);
        }

        plot.Axes.Bottom.Label.Text = $"load (mean service time {mean.TotalMilliseconds:0} ms)";
        plot.Axes.Left.Label.Text = "p99 of the wait, ms";
        plot.Title("Dots: measured. Rings: the same requests in a perfect queue. Lines: theory, for a run without end.", TitleSize);
        plot.Axes.SetLimits(0.45, 1, 0, 1.1 * points.Max(static point => point.Measured));
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SaveSvg(file, Width, Height);
    }

    private static double Theory(double load, int servers, int variation, TimeSpan mean) => variation == 1
        ? PerfectQueue.ErlangP99(load, servers, mean).TotalMilliseconds
        : Percentile.Of(PerfectQueue.Waits(load * servers / mean.TotalSeconds, ServiceTimes.Random(mean, variation), servers, Arrivals).Select(static wait => wait.TotalMilliseconds), 0.99);
}
