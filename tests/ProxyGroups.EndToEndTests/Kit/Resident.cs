using System.Globalization;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Memory of a process that is in RAM, in KiB.</summary>
internal static class Resident
{
    public static int Kilobytes(int pid) => Of(pid, "VmRSS:");

    /// <summary>The most since it began.</summary>
    public static int MostKilobytes(int pid) => Of(pid, "VmHWM:");

    private static int Of(int pid, string name) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
