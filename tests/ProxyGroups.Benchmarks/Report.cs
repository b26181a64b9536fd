using System.Globalization;

namespace ProxyGroups.Benchmarks;

/// <summary>Figures of one experiment, each against its target where it has one.</summary>
internal sealed class Report(TextWriter output, bool isLong, string? plot = null, string? only = null)
{
    /// <summary>The full length that the targets are stated for, instead of a quick look.</summary>
    public bool IsLong => isLong;

    /// <summary>File (SVG) that an experiment with a curve draws it into; null: none.</summary>
    public string? Plot => plot;

    /// <summary>The one case that is wanted of an experiment that has several; null: all.</summary>
    public string? Only => only;

    public bool HasMisses { get; private set; }

    public TimeSpan Duration(double shortSeconds, double longSeconds = 60) => TimeSpan.FromSeconds(isLong ? longSeconds : shortSeconds);

    public void Note(string text) => output.WriteLine($"        {text}");

    public void AtMost(string name, double value, double bound, string unit) => Write(name, value, value <= bound, $"at most {Number(bound)}", unit);

    public void AtLeast(string name, double value, double bound, string unit) => Write(name, value, value >= bound, $"at least {Number(bound)}", unit);

    public void Exactly(string name, double value, double wanted) => Write(name, value, value == wanted, $"exactly {Number(wanted)}", string.Empty);

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 || value == Math.Truncate(value) ? "0" : "0.###", CultureInfo.InvariantCulture);

    private void Write(string name, double value, bool isMet, string target, string unit)
    {
        HasMisses |= !isMet;
        output.WriteLine($"{(isMet ? "  ok    " : "  MISS  ")}{name}: {Number(value)} {unit} ({target})");
    }
}
