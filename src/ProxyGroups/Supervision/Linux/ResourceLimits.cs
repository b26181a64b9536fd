using System.Globalization;
using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>A worker's limits of setrlimit(2), as the arguments of prlimit(1): soft limit, hard limit.</summary>
internal static class ResourceLimits
{
    public static IReadOnlyList<string> Of(LaunchSpec spec) =>
    [
        .. Argument("cpu", spec.CpuSeconds, spec.CpuSeconds + SettingsRanges.CpuGraceSeconds),
        .. Argument("nofile", spec.OpenFiles, spec.OpenFiles),
        .. Argument("as", spec.AddressSpace, spec.AddressSpace),
        .. Argument("core", spec.CoreSize, spec.CoreSize),
    ];

    private static string[] Argument(string name, long? soft, long? hard) =>
        soft is null ? [] : [string.Create(CultureInfo.InvariantCulture, $"--{name}={soft}:{hard}")];
}
