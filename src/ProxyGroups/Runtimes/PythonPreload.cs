using System.Text.Json;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>What the workers of a process group may be forked from: an interpreter with the modules of their application group, or one with their app, or both.</summary>
/// <param name="App">What is imported with PreloadApp; null: modules alone.</param>
internal sealed record PythonPreload(RuntimeRequest Request, PythonInterpreter Python, string? App)
{
    // The libraries behind NumPy start threads when imported, and a process with threads must not be forked.
    private static readonly string[] ThreadCounts = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"];

    // Enough to have met the usual pages.
    private const string RequestsUntilReport = "100";

    public static PythonPreload Of(RuntimeRequest request, PythonInterpreter python, string app) => new(request, python, request.Settings.PreloadApp ? app : null);

    /// <summary>What is imported before the fork, for people; null: nothing.</summary>
    public string? Description => string.Join(", ", Imports) is { Length: > 0 } imports ? imports : null;

    private IEnumerable<string> Imports =>
        [.. Request.Settings.Preload, .. Request.Settings.LearnsPreload ? ["what is learned"] : Array.Empty<string>(), .. App is null ? [] : new[] { App }];

    // A start may fall back to a plain one and still be in time.
    private TimeSpan Patience => Request.Settings.Timeouts.Startup / 2;

    /// <summary>What a worker is told so that modules can be learned.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables => Request.Settings.ApplicationGroup is null ? [] : [new("PROXYGROUPS_REPORT_AFTER", RequestsUntilReport)];

    /// <summary>The worker, with what it may be forked from, and what it could be.</summary>
    public LaunchSpec Complete(LaunchSpec worker)
    {
        var sharing = Request.Settings.ApplicationGroup is null ? null : OfModules(worker.Environment);
        var modules = Request.Settings.Preload.Count > 0 ? sharing : null;
        return worker with { Sharing = sharing, Preload = App is null ? modules : OfApp(App, worker.Environment) with { Base = modules } };
    }

    // What an interpreter reads only at its start has to be the preloader's, too; nothing else may be one group's alone.
    private PreloadSpec OfModules(IReadOnlyDictionary<string, string> variables)
    {
        var environment = WorkerEnvironment.OurShare(Request);
        Python.Activate(environment);
        foreach (var name in ThreadCounts)
            environment[name] = "1";
        foreach (var (name, value) in variables.Where(static variable => IsReadAtStart(variable.Key)))
            environment[name] = value;
        environment["PROXYGROUPS_PRELOAD"] = string.Join(' ', Request.Settings.Preload);
        Add(environment, "PROXYGROUPS_PRELOAD_EXCLUDE", Joined(Request.Settings.CommonExclude));
        return new(Request.Settings.ApplicationGroup!, Request.Settings.Preload, CommandOf("preload"), environment, Patience) { Trial = CommandOf("trial"), Learns = Request.Settings.LearnsPreload };
    }

    private PreloadSpec OfApp(string app, IReadOnlyDictionary<string, string> variables)
    {
        var environment = variables.Where(static variable => variable.Key is not ("PROXYGROUPS_RANK" or "PROXYGROUPS_SOCKET")).ToDictionary(StringComparer.Ordinal);
        foreach (var name in ThreadCounts)
            environment.TryAdd(name, "1");
        Add(environment, "PROXYGROUPS_PRELOAD_EXCLUDE", Joined([.. Request.Settings.CommonExclude, .. Request.Settings.PreloadExclude]));
        Add(environment, "PROXYGROUPS_BEFORE_FORK", Request.Settings.BeforeFork);
        Add(environment, "PROXYGROUPS_AFTER_FORK", Request.Settings.AfterFork);
        environment["PROXYGROUPS_WARMUP"] = JsonSerializer.Serialize(Request.Settings.Warmup);
        return new(PreloadSpec.OwnerOf(Request.Group), [app], CommandOf("preload-app"), environment, Patience) { IsOfApp = true };
    }

    private static string? Joined(IReadOnlyList<string> modules) => modules.Count > 0 ? string.Join(' ', modules) : null;

    private static void Add(Dictionary<string, string> environment, string name, string? value)
    {
        if (value is not null)
            environment[name] = value;
    }

    private string[] CommandOf(string part) => [Python.Path, "-u", Request.Host.PythonDirectory, part];

    private static bool IsReadAtStart(string name) =>
        name.StartsWith("PYTHON", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal) || name.StartsWith("MALLOC_", StringComparison.Ordinal)
        || name is "LANG" || LoaderVariables.Includes(name);
}
