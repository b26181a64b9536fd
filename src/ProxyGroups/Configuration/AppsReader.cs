namespace ProxyGroups.Configuration;

/// <summary>Reads <c>Apps</c>: a path leads to a callable, or to a section where more is to be said. Later layers add paths and replace them, a null removes one.</summary>
internal static class AppsReader
{
    public static IReadOnlyDictionary<string, AppSettings> Read(SectionReader group)
    {
        var (apps, node) = (new Dictionary<string, AppSettings>(StringComparer.Ordinal), group.Find("Apps"));
        if (node.Kind == NodeKind.Value)
        {
            group.Errors.Add(node.Path, node.Text, "is a value, but apps are expected", "Write { \"/path\": \"module:callable\", ... }.");
        }

        foreach (var paths in node.Layers.SelectMany(layer => layer.MixedSpellings))
        {
            group.Errors.Add(node.Path, null, $"holds one path twice, as \"{paths}\": settings are compared without case", "Keep one of them.");
        }

        foreach (var path in node.Keys)
        {
            var app = node.Child(path);
            group.Errors.RememberOrigin($"{group.Own.Path}:Apps:{path}", app);
            if (app.Kind is NodeKind.Value or NodeKind.Section && ReadApp(app, group.Errors) is { } settings)
            {
                apps[path] = settings;
            }
        }

        return apps;
    }

    // Null: it cannot be told what was meant.
    private static AppSettings? ReadApp(SettingsNode app, ReadErrors errors)
    {
        if (app.Kind == NodeKind.Value)
        {
            return new() { App = app.Text! };
        }

        if (!app.Keys.Any(key => NearestName.Find(key, KnownKeys.App.Known) is not null))
        {
            var path = $"{app.Path[(app.Path.LastIndexOf(':') + 1)..]}:{app.Keys.First()}";
            errors.Add($"{app.Path}:{app.Keys.First()}", null, "holds a colon, at which names of settings are split", $"Write \"{path.Replace(":", "%3A", StringComparison.Ordinal)}\".");
            return null;
        }

        var section = new SectionReader(app, null, errors, KnownKeys.App);
        return new() { App = section.ReadText("App") ?? "", Directory = section.ReadText("Directory") };
    }
}
