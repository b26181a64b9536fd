using System.Buffers;
using System.Globalization;

namespace ProxyGroups.Supervision;

/// <summary>What others write, so that it cannot steer the terminal of whoever reads it.</summary>
internal static class PlainText
{
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x100).Select(static code => (char)code).Where(static sign => char.IsControl(sign) && sign != '\t')]);

    /// <summary>The same, with control characters (but tabs) as \x1b.</summary>
    public static string Of(string text) => text.AsSpan().ContainsAny(Controls)
        ? string.Concat(text.Select(static sign => Controls.Contains(sign) ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)sign:x2}") : $"{sign}"))
        : text;
}
