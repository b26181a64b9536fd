using System.CommandLine;

namespace ProxyGroups.Host;

/// <summary>The arguments that <c>run</c> and <c>check</c> share.</summary>
internal sealed class FrontDoorArguments
{
    private readonly Argument<DirectoryInfo?> _directory = new("directory")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Serve the one app in this directory, without any settings.",
    };

    private readonly Option<FileInfo?> _settings = new("--settings") { Description = "Settings file; default: ./appsettings.json. Relative paths in it start at its directory." };

    private readonly Option<string?> _urls = new("--urls") { Description = "Addresses to listen on, as in http://127.0.0.1:8080; default: Kestrel's settings, else http://127.0.0.1:8080." };

    public void AddTo(Command command)
    {
        command.Add(_directory);
        command.Add(_settings);
        command.Add(_urls);
    }

    public FrontDoorPlace Read(ParseResult parsed) =>
        new(parsed.GetValue(_directory)?.FullName, parsed.GetValue(_settings)?.FullName, parsed.GetValue(_urls));
}
