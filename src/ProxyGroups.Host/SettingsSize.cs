using System.Globalization;

namespace ProxyGroups.Host;

/// <summary>How large a settings file may be. It is read whole, more than once, and what is no settings file may have any size.</summary>
internal static class SettingsSize
{
    /// <summary>Bytes: some hundred times what a thousand groups take.</summary>
    public const long Most = 16 << 20;

    /// <summary>What is wrong with a file of so many bytes; null: nothing.</summary>
    public static string? Fault(long length) => length <= Most ? null
        : string.Create(CultureInfo.InvariantCulture, $"it has {length / (double)(1 << 20):0.0} MiB, more than the {Most >> 20} MiB that settings may have");
}
