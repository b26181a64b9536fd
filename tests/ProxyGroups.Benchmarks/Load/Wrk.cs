using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>wrk (Debian package): the highest throughput of a closed loop, with one thread so that it takes little of the machine.</summary>
internal static partial class Wrk
{
    public static async Task<double> RequestsPerSecondAsync(Uri address, int connections, TimeSpan duration)
    {
        string[] arguments = ["-t1", $"-c{connections}", $"-d{(int)duration.TotalSeconds}s", "--timeout", "10s", address.ToString()];
        using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not every request was answered with success:\n{output}");
        }

        return double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex Rate();
}
