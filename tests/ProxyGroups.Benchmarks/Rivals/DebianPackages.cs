using System.Diagnostics;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Installs what is missing, and knows the versions.</summary>
internal static class DebianPackages
{
    /// <exception cref="InvalidOperationException">Something is missing and cannot be installed.</exception>
    public static async Task RequireAsync(IReadOnlyList<string> packages, Report report)
    {
        var missing = new List<string>();
        foreach (var package in packages)
        {
            if (await VersionAsync(package) is null)
            {
                missing.Add(package);
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        report.Note($"installing {string.Join(' ', missing)} ...");
        // Runlevel 1: no service is started by its installation.
        var (exit, text) = await RunAsync("env", ["RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y", "--no-install-recommends", .. missing]);
        if (exit != 0)
        {
            throw new InvalidOperationException($"The rivals are Debian packages, and installing them failed. Run as root: apt-get install {string.Join(' ', missing)}\n{text}");
        }
    }

    /// <summary>Null: not installed.</summary>
    public static async Task<string?> VersionAsync(string package)
    {
        var (exit, text) = await RunAsync("dpkg-query", ["--show", "--showformat=${db:Status-Status} ${Version}", package]);
        return exit == 0 && text.StartsWith("installed ", StringComparison.Ordinal) ? text["installed ".Length..].Trim() : null;
    }

    private static async Task<(int Exit, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
