using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace ProxyGroups.Configuration;

/// <summary>
/// The files behind the configuration. A watched JSON file that cannot be read empties its provider in silence, and no
/// reload token fires; so the files themselves are watched and tried.
/// </summary>
internal static class SettingsFiles
{
    public static IEnumerable<FileConfigurationSource> Of(IConfiguration configuration) => Providers(configuration)
        .OfType<FileConfigurationProvider>()
        .Select(provider => provider.Source)
        .Where(source => source is { FileProvider: not null, Path: not null });

    public static IEnumerable<IConfigurationProvider> Providers(IConfiguration configuration) => configuration is not IConfigurationRoot root
        ? []
        : root.Providers.SelectMany(provider => provider is ChainedConfigurationProvider { Configuration: IConfigurationRoot inner }
            ? Providers(inner)
            : [provider]);

    /// <summary>Every JSON file that cannot be read now, with line and cause.</summary>
    public static IReadOnlyList<SettingsError> FindBroken(IConfiguration configuration) =>
        [.. Of(configuration).OfType<JsonConfigurationSource>().Select(TryRead).OfType<SettingsError>()];

    private static SettingsError? TryRead(JsonConfigurationSource source)
    {
        var file = source.FileProvider!.GetFileInfo(source.Path!);
        if (!file.Exists)
        {
            return source.Optional ? null : Broken(file, source, "does not exist any more, or is no regular file", "Restore the file.");
        }

        try
        {
            using var stream = file.CreateReadStream();
            new JsonStreamConfigurationProvider(new() { Stream = stream }).Load();
            return null;
        }
        catch (JsonException exception)
        {
            return Broken(file, source, file.Length == 0 ? "is empty" : Describe(exception), "Correct the file.");
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            return Broken(file, source, $"cannot be read: {exception.Message.TrimEnd('.')}", "Correct the file.");
        }
    }

    /// <summary>Lines count from 1, as in editors; the exception counts from 0 and repeats the place in its text.</summary>
    private static string Describe(JsonException exception)
    {
        var message = exception.Message;
        var place = message.IndexOf(" Path: ", StringComparison.Ordinal) is > 0 and var at ? at : message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return $"is no JSON at line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {(place > 0 ? message[..place] : message).TrimEnd('.')}";
    }

    private static SettingsError Broken(IFileInfo file, FileConfigurationSource source, string message, string remedy) =>
        new(file.PhysicalPath ?? source.Path!, null, message, remedy);
}
