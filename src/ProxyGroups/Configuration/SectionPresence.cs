using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;

namespace ProxyGroups.Configuration;

/// <summary>
/// Which layer of the configuration holds our sections. A layer that held groups or routes and has lost the whole
/// section was emptied or deleted by accident more often than on purpose; on purpose one writes an empty section, or removes the file and asks for
/// a reload. The live layer's file is removed on purpose: that is the way back to the settings file.
/// </summary>
internal sealed record SectionPresence(string Layer, string Section, bool HasSection, bool HasMembers, bool IsRemoved)
{
    public static IReadOnlyList<SectionPresence> Of(IConfiguration configuration) => [.. SettingsFiles.Providers(configuration).Where(static provider => provider is not LiveLayer).SelectMany((provider, index) => new[]
    {
        Look(provider, index, SettingsReader.Section, "ProcessGroups"),
        Look(provider, index, ProxySection.Section, "Routes"),
    })];

    /// <param name="isAsked">Somebody asked for this reload: a file that is gone was removed on purpose, unless no other one holds the section.</param>
    public static IEnumerable<SettingsError> FindVanished(IReadOnlyList<SectionPresence> before, IReadOnlyList<SectionPresence> now, bool isAsked) => before
        .Where(old => old.HasMembers && !now.Any(current => current.Layer == old.Layer && current.Section == old.Section && current.HasSection))
        .Where(old => !isAsked || !now.Any(current => current.Layer == old.Layer && current.IsRemoved) || !now.Any(current => current.Section == old.Section && current.HasMembers))
        .Select(old => new SettingsError(old.Section, null, $"has vanished from {old.Layer[(old.Layer.IndexOf(' ', StringComparison.Ordinal) + 1)..]}",
            $"Restore the section, and the file where that is gone or is no regular file any more. Where the file was removed on purpose, and another one holds the section, confirm that: proxygroups reload. To end what it started, write \"{old.Section}\": {{}}, or restart."));

    private static SectionPresence Look(IConfigurationProvider provider, int index, string section, string members) => new(
        $"{index} {(provider is FileConfigurationProvider file ? file.Source.Path : provider.GetType().Name)}",
        section,
        provider.TryGet(section, out _) || provider.GetChildKeys([], section).Any(),
        provider.GetChildKeys([], $"{section}:{members}").Any(),
        provider is FileConfigurationProvider { Source: { FileProvider: { } files, Path: { } path } } && IsRemovedFrom(files, path));

    // Neither there nor anything else in its place, in a folder that can be looked at.
    private static bool IsRemovedFrom(IFileProvider files, string path) =>
        !files.GetFileInfo(path).Exists && files.GetDirectoryContents(Path.GetDirectoryName(path) ?? string.Empty) is { Exists: true } folder && folder.All(entry => entry.Name != Path.GetFileName(path));
}
