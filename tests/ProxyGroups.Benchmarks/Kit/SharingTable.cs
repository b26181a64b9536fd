using System.Globalization;
using ScottPlot;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>Measured cases, kept beside the plot so that they can be measured one at a time.</summary>
internal sealed class SharingTable
{
    private const string Header = "case;requests;plain MB;forked MB;taken for plain MB";
    private const int Width = 900;
    private const int Height = 420;
    private static readonly string[] Colors = ["#0b7285", "#15aabf", "#5f3dc4", "#e8590c", "#868e96", "#c92a2a"];

    private readonly List<(string Case, int Requests, double Plain, double Shared, double Estimated)> _rows = [];

    /// <param name="plot">Path of the plot; null: nothing is kept.</param>
    public static SharingTable Read(string? plot)
    {
        var table = new SharingTable();
        if (plot is not null && File.Exists(DataOf(plot)))
        {
            table._rows.AddRange(File.ReadLines(DataOf(plot)).Skip(1).Select(static line => line.Split(';')).Select(static cells => (cells[0], (int)Number(cells[1]), Number(cells[2]), Number(cells[3]), Number(cells[4]))));
        }

        return table;
    }

    public void Set(string title, IReadOnlyList<SharingPoint> plain, IReadOnlyList<SharingPoint> shared)
    {
        _rows.RemoveAll(row => row.Case == title);
        _rows.AddRange(plain.Zip(shared, (without, with) => (title, without.Requests, without.Used, with.Used, with.Estimated)));
    }

    public void Write(string? plot)
    {
        if (plot is null)
        {
            return;
        }

        File.WriteAllLines(DataOf(plot), [Header, .. _rows.Select(static row => string.Create(CultureInfo.InvariantCulture, $"{row.Case};{row.Requests};{row.Plain:0.0};{row.Shared:0.0};{row.Estimated:0.0}"))]);
        Draw(plot);
    }

    private static string DataOf(string plot) => Path.ChangeExtension(plot, "csv");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // Each mark is ten times the one before it but the first, which is the start.
    private void Draw(string file)
    {
        var plot = new Plot();
        var marks = _rows.Select(static row => row.Requests).Distinct().Order().ToList();
        foreach (var (index, rows) in _rows.GroupBy(static row => row.Case).Index())
        {
            var line = plot.Add.Scatter(rows.Select(row => (double)marks.IndexOf(row.Requests)).ToArray(), rows.Select(static row => row.Shared / row.Plain).ToArray(), Color.FromHex(Colors[index % Colors.Length]));
            (line.LineWidth, line.MarkerSize, line.LegendText) = (2, 8, rows.Key);
        }

        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, marks.Count).Select(static mark => (double)mark)], [.. marks.Select(static mark => mark.ToString("N0", CultureInfo.InvariantCulture))]);
        plot.Axes.Bottom.Label.Text = "requests to each worker";
        plot.Axes.Left.Label.Text = "memory (PSS), plain workers = 1";
        plot.Axes.SetLimits(-0.2, marks.Count - 0.8, 0, 1.1 * _rows.Max(static row => row.Shared / row.Plain));
        plot.ShowLegend(Edge.Right);
        plot.SaveSvg(file, Width, Height);
    }
}
