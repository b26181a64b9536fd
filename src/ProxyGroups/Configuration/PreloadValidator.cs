using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>The rules of what an application group preloads.</summary>
internal static partial class PreloadValidator
{
    public static void Validate(ApplicationGroupSettings group, Checks checks)
    {
        foreach (var module in group.Preload.Where(static module => !ModuleName().IsMatch(module)))
        {
            checks.Fail("Preload", module, "is no name of a Python module", "Write names as in an import, such as \"django.db\".");
        }
    }

    [GeneratedRegex(@"\A[^\W\d]\w*(?:\.[^\W\d]\w*)*\z")]
    private static partial Regex ModuleName();
}
