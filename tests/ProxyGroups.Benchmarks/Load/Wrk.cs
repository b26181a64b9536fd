using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>wrk (Debian package): the highest throughput of a closed loop, with one thread so that it takes little of the machine.</summary>
internal static partial class Wrk
{
    /// <exception cref="InvalidOperationException">An answer was no success.</exception>
    public static async Task<WrkResult> RunAsync(Uri address, int connections, TimeSpan duration)
    {
        var result = await MeasureAsync(address, connections, duration, []);
        return result.Refused == 0 ? result : throw new InvalidOperationException($"{address}: {result.Refused} requests were not answered with success.");
    }

    /// <param name="more">Further arguments of wrk.</param>
    public static async Task<WrkResult> MeasureAsync(Uri address, int connections, TimeSpan duration, IReadOnlyList<string> more)
    {
        string[] arguments = ["-t1", $"-c{connections}", $"-d{(int)duration.TotalSeconds}s", "--timeout", "10s", .. more, address.ToString()];
        using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var broken = SocketErrors().Match(output).Groups.Values.Skip(1).Sum(static group => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0);
        var refused = NotSuccess().Match(output) is { Success: true } match ? Number(match) : 0;
        return new WrkResult((Number(Requests().Match(output)) - refused) / Number(Seconds().Match(output)), broken, (int)refused);
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Requests();

    [GeneratedRegex(@"requests in ([0-9.]+)s")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex NotSuccess();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();
}
