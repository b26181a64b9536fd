using System.CommandLine;
using ProxyGroups.Host;
using ProxyGroups.Host.Steering;

// proxygroups [run] [DIRECTORY]    proxygroups check [DIRECTORY]    proxygroups status [GROUP] and the other commands for a front door that runs
var root = new RootCommand("ProxyGroups: many web apps on one machine, each in its own process group of supervised workers.");
var run = RunCommand.Create();
root.Add(run);
root.Add(CheckCommand.Create());
root.Add(InitCommand.Create());
root.Add(StatusCommand.Create());
root.Add(TopCommand.Create());
root.Add(EventsCommand.Create());
root.Add(LogsCommand.Create());
root.Add(ExplainCommand.Create());
foreach (var command in GroupCommand.CreateAll().Concat(SettingCommand.CreateAll()).Concat(WorkerCommand.CreateAll()))
{
    root.Add(command);
}

root.Add(ReloadCommand.Create());
root.Add(CompletionCommand.Create());

// Without a word the front door runs: that is what it is for.
var words = args is [] or ["--settings", ..] or ["--urls", ..] ? ["run", .. args] : args;
var parsed = root.Parse(words);

// The front door ends its own way on signals: requests first, however long they take.
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? ExitCode.WrongUse : exitCode;
