namespace ProxyGroups.Tests.Configuration;

/// <summary>
/// A table of broken settings: a title, the text (a whole file where it begins with a brace, else the members of the
/// group shop), and after the arrow every error in order.
/// </summary>
internal static class BrokenSettings
{
    public const string Table = $"{BrokenForms.Table}\n---\n{BrokenGroups.Table}\n---\n{BrokenFiles.Table}";
}
