using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>
/// The built front door as a black box: a real process with its own content root, settings file and log. It listens on a Unix-free loopback port that it chose itself.
/// </summary>
public sealed class FrontDoorProcess : IAsyncDisposable
{
    private const string LivePage = "The live page: ";

    private static readonly string[] Run = ["run", "--urls", "http://127.0.0.1:0"];

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waits = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FrontDoorProcess(Process process, string contentRoot)
    {
        _process = process;
        ContentRoot = contentRoot;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Hears of every front door that starts.</summary>
    internal static Action<FrontDoorProcess>? Created { get; set; }

    public int Pid => _process.Id;

    public string ContentRoot { get; }

    public string SettingsPath => Path.Combine(ContentRoot, "appsettings.json");

    /// <summary>Talks to the front door; relative addresses work.</summary>
    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public IReadOnlyCollection<string> Log => _log;

    public Task Exited => _process.WaitForExitAsync();

    public int ExitCode => _process.ExitCode;

    /// <summary>Where the repository's files lie.</summary>
    public static string Root { get; } = FindRoot();

    public static string Sample(string name) => Path.Combine(Root, "samples", name);

    /// <summary>A new content root that the caller may put apps into.</summary>
    public static string CreateContentRoot()
    {
        var root = Directory.CreateTempSubdirectory("pg-e2e-").FullName;
        // At the very end: several front doors may follow each other in one root.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }

    /// <summary>Starts the front door and waits until it listens.</summary>
    /// <param name="settings">The sections beside Kestrel's, as an object that becomes JSON, or the JSON text itself.</param>
    public static async Task<FrontDoorProcess> StartAsync(
        object settings, string? contentRoot = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        contentRoot = await PrepareAsync(settings, contentRoot);
        return await StartAsync(Run, contentRoot, environment);
    }

    /// <summary>Lets another program start it; <see cref="Pid"/> is then that program's.</summary>
    public static async Task<FrontDoorProcess> StartThroughAsync(IReadOnlyList<string> starter, object settings)
    {
        var contentRoot = await PrepareAsync(settings, null);
        return await StartThroughAsync(starter, Run, contentRoot);
    }

    public static Task<FrontDoorProcess> StartThroughAsync(IReadOnlyList<string> starter, IReadOnlyList<string> arguments, string contentRoot) =>
        ListenAsync(Create([.. starter, "dotnet", HostPath(), .. arguments], contentRoot, null));

    public static async Task<FrontDoorProcess> StartAsync(
        IReadOnlyList<string> arguments, string contentRoot, IReadOnlyDictionary<string, string>? environment = null)
    {
        return await ListenAsync(Create(["dotnet", HostPath(), .. arguments], contentRoot, environment));
    }

    /// <summary>Starts the command that serves the live page; its address is the link.</summary>
    public static Task<FrontDoorProcess> StartLivePageAsync(string contentRoot) =>
        ListenAsync(Create(["dotnet", HostPath(), "top", "--web"], contentRoot, null));

    /// <summary>Starts an app that holds process groups itself.</summary>
    public static Task<FrontDoorProcess> StartSampleAsync(string name, string assembly) =>
        ListenAsync(Create(["dotnet", OutputPath(Path.Combine("samples", name), assembly), "--urls", "http://127.0.0.1:0"], Sample(name), null));

    private static async Task<string> PrepareAsync(object settings, string? contentRoot)
    {
        contentRoot ??= CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(contentRoot, "appsettings.json"), settings as string ?? JsonSerializer.Serialize(settings));
        return contentRoot;
    }

    private static async Task<FrontDoorProcess> ListenAsync(FrontDoorProcess frontDoor)
    {
        var first = await Task.WhenAny(frontDoor._address.Task, frontDoor.Exited);
        if (first != frontDoor._address.Task)
        {
            throw new InvalidOperationException($"The front door ended with {frontDoor.ExitCode}:\n{string.Join('\n', frontDoor.Log)}");
        }

        frontDoor.Client.BaseAddress = await frontDoor._address.Task;
        return frontDoor;
    }

    /// <summary>Runs a command to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunToEndAsync(IReadOnlyList<string> arguments, string contentRoot) =>
        RunToEndThroughAsync([], arguments, contentRoot);

    /// <summary>Lets another program run the front door to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEndThroughAsync(IReadOnlyList<string> starter, IReadOnlyList<string> arguments, string contentRoot)
    {
        await using var frontDoor = Create([.. starter, "dotnet", HostPath(), .. arguments], contentRoot, null);
        await frontDoor.Exited;
        return (frontDoor.ExitCode, string.Join('\n', frontDoor.Log));
    }

    /// <summary>One route for everything and one group of these settings.</summary>
    public static object OneGroup(object group) => new
    {
        ReverseProxy = new { Routes = new { app = new { ClusterId = "app", Match = new { Path = "/{**rest}" } } } },
        ProxyGroups = new { ProcessGroups = new { app = group } },
    };

    /// <summary>Completes with the first line of the log, past or future, that is wanted.</summary>
    public async Task<string> WaitForLogAsync(Func<string, bool> isWanted, TimeSpan? timeout = null)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waits)
        {
            if (_log.FirstOrDefault(isWanted) is { } line)
            {
                return line;
            }

            _waits.Add((isWanted, found));
        }

        try
        {
            return await found.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The wanted line did not come. The log:\n{string.Join('\n', _log)}");
        }
    }

    /// <summary>Waits until so many workers have been ready in all.</summary>
    public Task WaitForReadyAsync(int workers = 1) => WaitForLogAsync(" is ready", workers);

    /// <summary>Waits until so many lines in all have contained the text.</summary>
    public Task WaitForLogAsync(string text, int lines)
    {
        var seen = 0;
        return WaitForLogAsync(line => line.Contains(text, StringComparison.Ordinal) && ++seen >= lines);
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("TERM");
            await Task.WhenAny(Exited, Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System));
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        await Exited;
        Client.Dispose();
        _process.Dispose();
    }

    private static FrontDoorProcess Create(IReadOnlyList<string> command, string contentRoot, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = contentRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var frontDoor = new FrontDoorProcess(new Process { StartInfo = start }, contentRoot);
        frontDoor._process.OutputDataReceived += (_, line) => frontDoor.Hear(line.Data);
        frontDoor._process.ErrorDataReceived += (_, line) => frontDoor.Hear(line.Data);
        frontDoor._process.Start();
        frontDoor._process.BeginOutputReadLine();
        frontDoor._process.BeginErrorReadLine();
        Created?.Invoke(frontDoor);
        return frontDoor;
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_waits)
        {
            _log.Enqueue(line);
            foreach (var wait in _waits.Where(wait => wait.Wanted(line)).ToList())
            {
                wait.Found.TrySetResult(line);
                _waits.Remove(wait);
            }
        }

        foreach (var listens in new[] { "ProxyGroups listens on ", "      Now listening on: ", LivePage })
        {
            if (line.StartsWith(listens, StringComparison.Ordinal))
            {
                _address.TrySetResult(new Uri(line[listens.Length..].Split(',')[0]));
            }
        }
    }

    internal static string HostPath() => OutputPath(Path.Combine("src", "ProxyGroups.Host"), "ProxyGroups.Host.dll");

    // Built beside us by the solution, in our own configuration.
    private static string OutputPath(string project, string assembly)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Root, project, "bin", output.Parent!.Name, output.Name, assembly);
        return File.Exists(path) ? path : throw new FileNotFoundException($"Build the solution first: {path} is missing.");
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "ProxyGroups.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
