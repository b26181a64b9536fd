using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;

namespace ProxyGroups.Host;

/// <summary>Where the front door finds its settings: a directory with one app, or a settings file.</summary>
internal sealed record FrontDoorPlace(string? AppDirectory, string? SettingsFile, string? Urls)
{
    /// <summary>Relative paths start here.</summary>
    public string ContentRoot => AppDirectory
        ?? (SettingsFile is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(SettingsFile)!);

    /// <summary>What the person named, for messages.</summary>
    public string Name => AppDirectory ?? SettingsPath;

    public string SettingsPath => SettingsFile ?? Path.Combine(ContentRoot, "appsettings.json");

    /// <summary>The settings file as a layer of the configuration, hidden ones too.</summary>
    public JsonConfigurationSource ToLayer() =>
        new() { FileProvider = new PhysicalFileProvider(Path.GetDirectoryName(SettingsPath)!, ExclusionFilters.None), Path = Path.GetFileName(SettingsPath), Optional = false };

    /// <exception cref="InvalidDataException">There is no such directory or file, or this user may not read it.</exception>
    public void Require()
    {
        if (AppDirectory is not null && !Directory.Exists(AppDirectory))
        {
            throw new InvalidDataException($"{AppDirectory} {(File.Exists(AppDirectory) ? "is a file" : "does not exist")}. Name the directory of the app, as in: proxygroups run ./my-app");
        }

        if (AppDirectory is null)
        {
            RequireSettings();
        }
    }

    /// <summary>For whoever has ASP.NET Core read the files that it knows, before it has a say.</summary>
    /// <exception cref="InvalidDataException">One of them is a pipe or a device, whose end it would wait for, or too large.</exception>
    public void RequireSaneLayers()
    {
        var layers = Directory.EnumerateFiles(ContentRoot, "appsettings*.json", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 });
        foreach (var layer in layers.Where(File.Exists))
        {
            var stamp = FileStamp.Of(layer);
            if (stamp == default)
            {
                throw new InvalidDataException($"{layer} is no regular file. Remove it, or put a file in its place.");
            }

            RequireSize(layer, stamp);
        }
    }

    private void RequireSettings()
    {
        if (Directory.Exists(SettingsPath))
        {
            throw new InvalidDataException($"{SettingsPath} is a directory. Name your settings file, as in: proxygroups --settings ./appsettings.json");
        }

        if (!File.Exists(SettingsPath))
        {
            throw new InvalidDataException(
                $"No settings file at {SettingsPath}. Start where your appsettings.json is, name it with --settings FILE, or serve one app with: proxygroups run DIRECTORY");
        }

        var stamp = FileStamp.Of(SettingsPath);
        if (stamp == default)
        {
            throw new InvalidDataException($"{SettingsPath} is no regular file. Name your settings file, as in: proxygroups --settings ./appsettings.json");
        }

        RequireSize(SettingsPath, stamp);
        RequireReadable();
    }

    private static void RequireSize(string path, FileStamp stamp)
    {
        if (SettingsSize.Fault((long)stamp.Length) is { } fault)
        {
            throw new InvalidDataException($"{path} is not read: {fault}. Take out what is no setting.");
        }
    }

    private void RequireReadable()
    {
        try
        {
            using var file = File.OpenRead(SettingsPath);
        }
        catch (UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{SettingsPath} may not be read by this user. Give the command as root or as the user whose file it is.");
        }
    }
}
