namespace ProxyGroups.Configuration;

/// <summary>One thing wrong with the settings.</summary>
/// <param name="Path">Configuration path, as in <c>ProxyGroups:ProcessGroups:shop:Threads</c>, or the path of a broken file.</param>
/// <param name="Value">The value as written; null where there is none or it may be secret.</param>
/// <param name="Message">What is wrong: goes on from path and value, as in "has no unit".</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record SettingsError(string Path, string? Value, string Message, string Remedy)
{
    /// <summary>One line: path, value, what is wrong, what to write.</summary>
    public override string ToString() => $"{Head} {Message}. {Remedy}";

    internal string Head => Value is null ? Path : $"{Path} = \"{Value}\"";
}
