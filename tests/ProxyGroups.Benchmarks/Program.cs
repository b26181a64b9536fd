using BenchmarkDotNet.Running;
using ProxyGroups.Benchmarks;
using ProxyGroups.Benchmarks.Comparisons;

// dotnet run -c Release --project tests/ProxyGroups.Benchmarks -- <experiment> [--long] | list | micro [BenchmarkDotNet's options]
switch (args)
{
    case [] or ["list"]:
        Catalogue.List(Console.Out);
        return 0;
    case ["micro", .. var options]:
        BenchmarkSwitcher.FromAssembly(typeof(Catalogue).Assembly).Run(options);
        return 0;
    case ["scheduler"]:
        BenchmarkSwitcher.FromAssembly(typeof(Catalogue).Assembly).Run(["--filter", "*Scheduling*"]);
        return 0;
    case [StaticUpstream.Verb, var socket]:
        await StaticUpstream.RunAsync(socket);
        return 0;
    case [DropInServer.Verb, var settings]:
        await DropInServer.RunAsync(settings);
        return 0;
    case [BareYarp.Verb, var kind, .. var sockets]:
        await BareYarp.RunAsync(kind, sockets);
        return 0;
    default:
        return await Catalogue.RunAsync(args[0], isLong: args.Contains("--long"));
}
