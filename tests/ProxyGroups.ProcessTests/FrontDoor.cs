using System.Diagnostics;
using System.Net.Sockets;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests;

/// <summary>
/// A front door in a process of its own, which a test kills: this executable, started with a verb. It runs workers of one
/// command and tells on its output what happens.
/// </summary>
internal sealed class FrontDoor : IDisposable
{
    public const string Verb = "front-door";

    private readonly Process _process;
    private readonly List<string> _heard = [];

    private FrontDoor(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>The other side: runs until it is killed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        DescriptorGuard.CloseInheritedOnExec();
        var (folder, workers, command) = (arguments[0], int.Parse(arguments[1], null), arguments[2..]);
        var runtime = RuntimeDirectory.Open(Path.Combine(folder, "run"), folder);
        var launcher = new LinuxLauncher();
        for (var id = 1; id <= workers; id++)
        {
            Tell($"starting {id}");
            WorkerProcess.Start(Spec(runtime, folder, id, command), launcher, runtime, new LogFiles(new TellingLogger(), TimeProvider.System), new TellingLogger(), TimeProvider.System, happened => Tell(happened switch
            {
                WorkerEvent.Spawned spawned => $"spawned {spawned.Pid}",
                _ => happened.GetType().Name,
            }));
        }

        // As a busy front door has: to close them all takes time when it dies.
        var connections = Enumerable.Range(0, 5000).Select(static _ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)).ToList();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        GC.KeepAlive(connections);
        return 0;
    }

    public static FrontDoor Start(string folder, int workers, params IEnumerable<string> command) =>
        new(Process.Start(new ProcessStartInfo(TestPaths.ThisExecutable, [Verb, folder, workers.ToString((IFormatProvider?)null), .. command]) { RedirectStandardOutput = true })!);

    /// <summary>What follows the word in the first line that begins with it.</summary>
    public async Task<string> HearAsync(string word)
    {
        if (_heard.Find(line => line.StartsWith(word, StringComparison.Ordinal)) is { } known)
        {
            return known[word.Length..].Trim();
        }

        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _heard.Add(line);
            if (line.StartsWith(word, StringComparison.Ordinal))
            {
                return line[word.Length..].Trim();
            }
        }

        throw new InvalidOperationException($"The front door ended without '{word}'.");
    }

    public async Task<int> HearPidAsync(string word) => int.Parse(await HearAsync(word), null);

    /// <summary>SIGKILL to the front door alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static LaunchSpec Spec(RuntimeDirectory runtime, string folder, int id, string[] command) => new()
    {
        Worker = new("shop", id, id - 1, 1),
        Command = [.. command.Select(word => word.Replace("{socket}", runtime.SocketPath(id), StringComparison.Ordinal))],
        Directory = folder,
        Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = "/tmp" },
        Endpoint = new() { SocketPath = runtime.SocketPath(id) },
        Readiness = new(Notify: false, Path: "/"),
    };

    private static void Tell(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }

    /// <summary>Passes the worker's own words on.</summary>
    private sealed class TellingLogger : Microsoft.Extensions.Logging.ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is 3000)
            {
                Tell(formatter(state, exception).Split("stdout: ")[^1]);
            }
        }
    }
}
