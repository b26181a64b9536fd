using ScottPlot;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What each figure of <see cref="Scale"/> is with more groups, on logarithmic axes: a straight line that rises with the dotted one is linear, a level one does not notice.</summary>
internal static class ScalePlot
{
    private const int Width = 900;
    private const int Height = 480;
    private static readonly double[] XPowers = [0, 1, 2, 3];
    private static readonly double[] YPowers = [-1, 0, 1, 2, 3, 4];

    public static void Save(string file, IReadOnlyList<ScalePoint> points)
    {
        var plot = new Plot();
        Draw(plot, points, "until it listens, ms", "#e8590c", static point => point.Start.TotalMilliseconds);
        Draw(plot, points, "a reload of the settings, ms", "#5f3dc4", static point => point.Reload.TotalMilliseconds);
        Draw(plot, points, "memory of the front door, MB", "#2b8a3e", static point => point.Megabytes);
        Draw(plot, points, "CPU for a worker's death, ms", "#868e96", static point => point.Death);
        Draw(plot, points, "a request, median, ms", "#0b7285", static point => point.Latency);
        var linear = plot.Add.ScatterLine(new double[] { 0, 3 }, [0.5, 3.5], Color.FromHex("#adb5bd"));
        (linear.LinePattern, linear.LegendText) = (LinePattern.Dotted, "slope of linear growth");
        plot.Axes.Bottom.SetTicks(XPowers, ["1", "10", "100", "1,000"]);
        plot.Axes.Left.SetTicks(YPowers, ["0.1", "1", "10", "100", "1,000", "10,000"]);
        plot.Axes.Bottom.Label.Text = "process groups, of which one has a worker";
        plot.Axes.SetLimits(-0.1, 3.1, -1, 4);
        plot.ShowLegend(Edge.Right);
        plot.SaveSvg(file, Width, Height);
    }

    private static void Draw(Plot plot, IReadOnlyList<ScalePoint> points, string text, string color, Func<ScalePoint, double> figure)
    {
        var line = plot.Add.Scatter(points.Select(static point => Math.Log10(point.Groups)).ToArray(), points.Select(point => Math.Log10(figure(point))).ToArray(), Color.FromHex(color));
        (line.LineWidth, line.MarkerSize, line.LegendText) = (2, 8, text);
    }
}
