using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>
/// Sizes in bytes as people write them: kB MB GB are powers of 1000, KiB MiB GiB of 1024; <c>off</c> is null.
/// A bare number is refused, because nobody can tell its unit.
/// </summary>
internal static partial class SizeText
{
    /// <summary>JSON schema pattern of everything that <see cref="Parse"/> may accept.</summary>
    public const string Pattern = @"^(off|[0-9]+(\.[0-9]+)?(kB|MB|GB|KiB|MiB|GiB))$";

    private const string HowTo = "Write a number with a unit: kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).";

    private static readonly (string Name, long Bytes)[] Units =
    [
        ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000),
    ];

    public static Parsed<long?> Parse(string text)
    {
        if (text == DurationText.Off)
        {
            return Parsed.Ok<long?>(null);
        }

        var match = NumberAndWord().Match(text);
        var (number, word) = (match.Groups[1].Value, match.Groups[2].Value);
        var unit = Array.Find(Units, candidate => candidate.Name == word);
        return (match.Success, unit.Name) switch
        {
            (false, _) => Parsed.Error<long?>("is not a size", HowTo),
            (true, null) => UnknownUnit(number, word),
            _ => Multiply(number, unit.Bytes),
        };
    }

    /// <summary>The shortest text that reads back as the same size, or the bare number of bytes where there is none.</summary>
    public static string Format(long? bytes)
    {
        foreach (var (name, factor) in Units)
        {
            if (bytes is > 0 && bytes % factor == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor}{name}");
            }
        }

        return bytes is null or 0 ? DurationText.Off : bytes.Value.ToString(CultureInfo.InvariantCulture) + " bytes";
    }

    private static Parsed<long?> UnknownUnit(string number, string word)
    {
        var letter = word.Length == 0 ? ' ' : char.ToUpperInvariant(word[0]);
        var (binary, metric) = letter switch
        {
            'M' => ("MiB", "MB"),
            'G' => ("GiB", "GB"),
            'K' => ("KiB", "kB"),
            _ => ("KiB", "MiB"),
        };
        return Parsed.Error<long?>(
            word.Length == 0 ? "has no unit" : "has an unknown unit",
            letter is 'K' or 'M' or 'G' ? $"Write \"{number}{binary}\" (x 1024) or \"{number}{metric}\" (x 1000)." : HowTo);
    }

    private static Parsed<long?> Multiply(string number, long factor) =>
        decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count <= long.MaxValue / factor
            ? Parsed.Ok<long?>((long)(count * factor))
            : Parsed.Error<long?>("is too large", "Write less than \"8000000000GiB\".");

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)$")]
    private static partial Regex NumberAndWord();
}
