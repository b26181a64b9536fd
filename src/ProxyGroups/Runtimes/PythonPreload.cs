using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>What the workers of a process group may be forked from.</summary>
/// <param name="Command">Program and arguments of the preloader.</param>
/// <param name="Environment">The short list that every worker gets, with the interpreter's virtualenv.</param>
internal sealed record PythonPreload(string ApplicationGroup, IReadOnlyList<string> Modules, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, TimeSpan Patience)
{
    // The libraries behind NumPy start threads when imported, and a process with threads must not be forked.
    private static readonly string[] ThreadCounts = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"];

    /// <summary>Null: the group's application group preloads nothing.</summary>
    public static PythonPreload? Of(RuntimeRequest request, PythonInterpreter python)
    {
        if (request.Settings.Preload.Count == 0)
            return null;
        var environment = WorkerEnvironment.OurShare(request);
        python.Activate(environment);
        foreach (var name in ThreadCounts)
            environment[name] = "1";
        // A start may fall back to a plain one and still be in time.
        return new(request.Settings.ApplicationGroup!, request.Settings.Preload, [python.Path, "-u", request.Host.PythonDirectory, "preload"], environment, request.Settings.Timeouts.Startup / 2);
    }

    /// <summary>For a worker with these variables: what an interpreter reads only at its start has to be the preloader's, too.</summary>
    public PreloadSpec For(IReadOnlyDictionary<string, string> variables)
    {
        var environment = new Dictionary<string, string>(Environment);
        foreach (var (name, value) in variables.Where(static variable => IsReadAtStart(variable.Key)))
            environment[name] = value;
        return new(ApplicationGroup, Modules, Command, environment, Patience);
    }

    private static bool IsReadAtStart(string name) =>
        name.StartsWith("PYTHON", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal) || name.StartsWith("MALLOC_", StringComparison.Ordinal)
        || name is "LANG" || LoaderVariables.Includes(name);
}
