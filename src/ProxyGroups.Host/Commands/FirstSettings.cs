using System.Text;
using System.Text.Encodings.Web;
using ProxyGroups.Hosting;

namespace ProxyGroups.Host;

/// <summary>The settings file that <c>init</c> writes: what was found, and for each knob why it stands where it does.</summary>
internal sealed class FirstSettings
{
    private const int LongestName = 63;

    private readonly string _root;
    private readonly List<(string Name, FoundApp App)> _groups = [];
    private readonly List<FoundApp> _faulty;

    public FirstSettings(string root, IReadOnlyList<FoundApp> apps)
    {
        _root = Path.TrimEndingDirectorySeparator(root);
        _faulty = [.. apps.Where(static app => app.Setting is null)];
        foreach (var app in apps.Where(static app => app.Setting is not null))
        {
            _groups.Add((FreeName(Path.GetFileName(Path.GetFullPath(app.Directory, _root))), app));
        }
    }

    public IEnumerable<string> Describe() =>
    [
        .. _groups.Select(group => $"{group.Name}: {OneLine(group.App.Reason)}; at http://127.0.0.1:8080{PathOf(group.Name)}"),
        .. _faulty.Select(static app => $"left out: {OneLine(app.Directory)}: {OneLine(app.Reason)}"),
    ];

    /// <param name="folder">Where the file will lie: relative paths start there.</param>
    public string Compose(string folder)
    {
        var text = new StringBuilder();
        text.Append("{\n  // Written by proxygroups init. Each app has a process group: its own queue, processes and limits. All settings: the README.\n");
        text.Append("  \"Kestrel\": { \"Endpoints\": { \"Http\": { \"Url\": \"http://127.0.0.1:8080\" } } }, // this machine alone; http://*:80 lets others in\n");
        text.Append("  \"ReverseProxy\": {\n    \"Routes\": {\n");
        text.AppendJoin(",\n", _groups.Select(group => $"      {Quote(group.Name)}: {{ \"ClusterId\": {Quote(group.Name)}, \"Match\": {{ \"Path\": {Quote(PathOf(group.Name) + "{**rest}")} }}{Transforms(group.Name)} }}"));
        text.Append("\n    }\n  },\n  \"ProxyGroups\": {\n");
        text.Append(IsAlone ? string.Empty : "    \"Overview\": \"/\", // lists the apps and how busy they are\n");
        text.Append("    \"ProcessGroups\": {\n").AppendJoin(",\n", _groups.Select(group => Group(group.Name, group.App, folder))).Append("\n    }\n");
        text.AppendJoin(string.Empty, _faulty.Select(static app => $"    // left out: {OneLine(app.Directory)}: {OneLine(app.Reason)}\n"));
        return text.Append("  }\n}\n").ToString();
    }

    private bool IsAlone => _groups.Count == 1;

    private string Group(string name, FoundApp app, string folder)
    {
        var (processes, threads) = Knobs(app.Kind);
        List<string> lines =
        [
            $"\"Directory\": {Quote(Path.GetRelativePath(folder, Path.GetFullPath(app.Directory, _root)))},",
            $"{app.Setting}, // {OneLine(app.Reason)}",
            .. app.EnvironmentFile is { } file ? [$"\"Worker\": {{ \"EnvironmentFile\": {Quote(file)} }}, // its variables; read anew at each start of a worker"] : Array.Empty<string>(),
            "\"Processes\": 1, // always runs; 0 would start it with the first request",
            processes,
            threads,
        ];
        return $"      {Quote(name)}: {{\n        {string.Join("\n        ", lines)}\n      }}";
    }

    private static (string MaxProcesses, string Threads) Knobs(string kind) => kind switch
    {
        "dotnet" => ("\"MaxProcesses\": 1, // one process uses all cores", "\"Threads\": 64 // requests at once: those that wait cost it no thread"),
        "wsgi" => ($"\"MaxProcesses\": {Environment.ProcessorCount}, // one for each core of this machine while requests wait: a Python process uses one", "\"Threads\": 4 // requests at once in each process; more where they mostly wait, 1 or 2 where they compute"),
        _ => ($"\"MaxProcesses\": {Environment.ProcessorCount}, // one for each core of this machine while requests wait", "\"Threads\": 16 // requests at once in each process"),
    };

    private string PathOf(string name) => IsAlone ? "/" : $"/{name}/";

    private string Transforms(string name) => IsAlone ? string.Empty : $", \"Transforms\": [ {{ \"PathRemovePrefix\": {Quote("/" + name)} }} ]";

    private string FreeName(string folder)
    {
        var plain = string.Concat(folder.ToLowerInvariant().Select(static sign => char.IsAsciiLetterLower(sign) || char.IsAsciiDigit(sign) ? sign : '-')).Trim('-');
        plain = plain.Length == 0 ? "app" : plain[..Math.Min(plain.Length, LongestName - 4)];
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? plain : $"{plain}-{number}").First(name => !_groups.Exists(group => group.Name == name));
    }

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    // What stands in names of files must not end a comment.
    private static string OneLine(string text) => string.Concat(text.Select(static sign => char.IsControl(sign) ? ' ' : sign));
}
