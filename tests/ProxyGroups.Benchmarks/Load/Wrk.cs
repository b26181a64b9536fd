using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>wrk (Debian package): the highest throughput of a closed loop, with one thread so that it takes little of the machine.</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> RunAsync(Uri address, int connections, TimeSpan duration)
    {
        string[] arguments = ["-t1", $"-c{connections}", $"-d{(int)duration.TotalSeconds}s", "--timeout", "10s", address.ToString()];
        using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (output.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not every request was answered with success:\n{output}");
        }

        var errors = SocketErrors().Match(output).Groups.Values.Skip(1).Sum(static group => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0);
        return new WrkResult(double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture), errors);
    }

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();
}
