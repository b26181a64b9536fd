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

    public bool IsBusy => Running >= Crowded * Cores;

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
