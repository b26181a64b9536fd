using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>A real Prometheus (Debian package) that scrapes one front door each second, and promtool beside it.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;

    private PrometheusServer(Process process, int port)
    {
        _process = process;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
    }

    public static PrometheusServer Start(Uri scraped, string folder)
    {
        var port = FreePort();
        File.WriteAllText(Path.Combine(folder, "prometheus.yml"), $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs: [ { job_name: proxygroups, metrics_path: /metrics, static_configs: [ { targets: [ "{{scraped.Authority}}" ] } ] } ]
            """);
        string[] arguments = [$"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}")];
        return new(Process.Start(new ProcessStartInfo("prometheus", arguments) { RedirectStandardError = true })!, port);
    }

    /// <summary>Runs promtool to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunToolAsync(IReadOnlyList<string> arguments, string input, CancellationToken cancellationToken)
    {
        using var tool = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await tool.StandardInput.WriteAsync(input);
        tool.StandardInput.Close();
        var output = await Task.WhenAll(tool.StandardOutput.ReadToEndAsync(cancellationToken), tool.StandardError.ReadToEndAsync(cancellationToken));
        await tool.WaitForExitAsync(cancellationToken);
        return (tool.ExitCode, string.Concat(output));
    }

    /// <summary>The value of a query with one result; null while it has none, or Prometheus does not answer yet.</summary>
    public async Task<double?> QueryAsync(string query, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = JsonDocument.Parse(await _client.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query), cancellationToken));
            var results = answer.RootElement.GetProperty("data").GetProperty("result");
            return results.GetArrayLength() == 1 ? double.Parse(results[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task WaitForAsync(string query, double value, CancellationToken cancellationToken)
    {
        while (await QueryAsync(query, cancellationToken) != value)
        {
            await Poll.PauseAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
