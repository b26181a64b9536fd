using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>The path below which one of several apps is found, as it is written and as workers compare it.</summary>
internal static partial class AppPath
{
    /// <summary>JSON schema pattern of a path as it is written.</summary>
    public const string Pattern = "^/([^/?#]+(/[^/?#]+)*)?$";

    /// <summary>Without percent-encoding; null: not an absolute path of whole segments.</summary>
    public static string? Decode(string written)
    {
        if (!Written().IsMatch(written) || BrokenEscape().IsMatch(written))
        {
            return null;
        }

        var path = Uri.UnescapeDataString(written.Replace("%25", "\0", StringComparison.Ordinal));
        // What is no UTF-8 stays encoded, and a slash that was encoded makes two segments of one.
        var isWhole = !path.Contains('%') && path.Count('/') == written.Count('/') && !path.Split('/').Any(segment => segment is "." or "..");
        return isWhole && !path.Any(letter => char.IsControl(letter) && letter != '\0') ? path.Replace('\0', '%') : null;
    }

    [GeneratedRegex(@"\A/([^/?#\0]+(/[^/?#\0]+)*)?\z")]
    private static partial Regex Written();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})|%00")]
    private static partial Regex BrokenEscape();
}
