namespace ProxyGroups.Supervision;

/// <summary>What to do where something cannot be preloaded, in the words of the setting that asked for it.</summary>
internal static class PreloadRemedy
{
    /// <summary>Without a full stop, so that something may follow.</summary>
    public static string Off(PreloadSpec preload) => preload.IsOfApp ? "Remove PreloadApp" : "Take that module off Preload";

    /// <param name="fault">What was found.</param>
    public static string ForUnsafe(PreloadSpec preload, string fault) => ForkOffender.RemedyFor(fault) is { } known ? $"{known} Or: {Lowered(ForUnsafe(preload))}" : ForUnsafe(preload);

    private static string Lowered(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static string ForUnsafe(PreloadSpec preload) => preload.IsOfApp
        ? "Let the app start that with its first request in each worker, end it in BeforeFork and start it in AfterFork, name the module that does it in PreloadExclude, or remove PreloadApp."
        : "Take that module off Preload, or name what it imports that does so in PreloadExclude.";

    public static string ForExcluded(PreloadSpec preload) => preload.IsOfApp
        ? "Import it in the function that needs it, call what it does in AfterFork, or take it off PreloadExclude."
        : "Take the module that needs it off Preload, or it off PreloadExclude.";
}
