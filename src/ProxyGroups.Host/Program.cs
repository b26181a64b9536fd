using System.CommandLine;
using ProxyGroups.Host;

// proxygroups [run] [DIRECTORY]    proxygroups check [DIRECTORY]
var root = new RootCommand("ProxyGroups: many web apps on one machine, each in its own process group of supervised workers.");
var run = RunCommand.Create();
root.Add(run);
root.Add(CheckCommand.Create());

// Without a word the front door runs: that is what it is for.
var words = args is [] or ["--settings", ..] or ["--urls", ..] ? ["run", .. args] : args;

// The front door ends its own way on signals: requests first, however long they take.
return await root.Parse(words).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
