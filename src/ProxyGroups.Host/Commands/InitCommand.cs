using System.CommandLine;
using ProxyGroups.Host.Steering;
using ProxyGroups.Hosting;

namespace ProxyGroups.Host;

/// <summary><c>init</c>: writes a first settings file for the apps in a directory. Exit code 0: written; 1: there is a file already, or no app; 2: wrong use.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("directory")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Directory of one app, or of several below it; default: this one.",
            DefaultValueFactory = static _ => new DirectoryInfo("."),
        };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "File to write; default: appsettings.json in that directory. An existing one is never changed." };
        var command = new Command("init", "Look at a directory of apps and write a first appsettings.json, with the reason beside each knob.\nExample: proxygroups init ./apps") { directory, output };
        command.SetAction((parsed, cancellationToken) => InitAsync(parsed.GetValue(directory)!.FullName, parsed.GetValue(output)?.FullName, cancellationToken));
        return command;
    }

    private static async Task<int> InitAsync(string directory, string? output, CancellationToken cancellationToken)
    {
        var path = output ?? Path.Combine(directory, "appsettings.json");
        try
        {
            if (File.Exists(path))
            {
                return await RefuseAsync($"{path} is there already and stays as it is. Name another file with --output FILE, or remove it.");
            }

            var apps = AppSearch.Find(directory);
            return apps.Any(static app => app.Setting is not null) ? await WriteAsync(new FirstSettings(directory, apps), path, cancellationToken) : await RefuseAsync(WhyNone(directory, apps));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return await RefuseAsync(exception.Message);
        }
    }

    private static async Task<int> WriteAsync(FirstSettings settings, string path, CancellationToken cancellationToken)
    {
        // Never over a file that came meanwhile.
        await using (var file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write)))
        {
            await file.WriteAsync(settings.Compose(Path.GetDirectoryName(path)!).AsMemory(), cancellationToken);
        }

        Console.WriteLine(PlainTextConverter.PlainOf($"{path} is written:"));
        foreach (var line in settings.Describe())
        {
            Console.WriteLine($"  {PlainTextConverter.PlainOf(line)}");
        }

        var named = Path.GetFileName(path) == "appsettings.json" ? string.Empty : $" --settings {path}";
        Console.WriteLine(PlainTextConverter.PlainOf($"Look it through, then: proxygroups check{named}    proxygroups run{named}"));
        return ExitCode.Done;
    }

    private static string WhyNone(string directory, IReadOnlyList<FoundApp> apps) => apps.Count == 0
        ? $"No app is recognised in {directory} or below it: no passenger_wsgi.py, manage.py, wsgi.py, app.py, package.json with a start script, no ASP.NET Core app or project. Name the directory of your apps, or write Command by hand: see the README."
        : $"No app in {directory} can be run as it is.{string.Concat(apps.Select(static app => $"\n  {app.Directory}: {app.Reason}"))}";

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync(PlainTextConverter.PlainOf(reason));
        return ExitCode.Refused;
    }
}
