using System.Globalization;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin;

/// <summary>How busy the machine is.</summary>
/// <param name="Cores">Cores that we may use.</param>
/// <param name="Running">Mean number of threads that ran or wanted to in the last minute (load average); null: the kernel does not tell.</param>
/// <param name="FreeMemory">Bytes left before the machine swaps; null: the kernel does not tell.</param>
internal sealed record MachineLoad(int Cores, double? Running, long? FreeMemory)
{
    // Below it what waits is mostly chance.
    private const double Crowded = 1.2;

    // Where all compute, some ticks are still nobody's.
    private const double Full = 0.9;

    /// <summary>Part of all its CPUs that was busy while somebody looked; null: that was not measured.</summary>
    public double? Busy { get; init; }

    /// <summary>What is measured counts: the load average is of the last minute, and counts who waits for a disk.</summary>
    public bool IsBusy => Busy is { } busy ? busy >= Full : Running >= Crowded * Cores;

    public static MachineLoad Read() => new(Environment.ProcessorCount, ReadRunning(), MachineMemory.Available());

    // "0.52 0.58 0.59 1/597 12345"
    private static double? ReadRunning()
    {
        try
        {
            return double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
